import { describe, expect, it } from 'vitest';
import { UnknownAnswer } from '../../src/domain/errors.ts';
import { type PageLoop, pages } from '../../src/http/pages.ts';

type Loop = PageLoop<string, number>;

/** A loop over a list of pages; the cursor is the index. */
function loopOver(list: readonly string[], overrides: Partial<Loop> = {}): Loop {
  return {
    what: 'people of event 17',
    first: 0,
    repeatedPage: 'fail',
    fetch: async (cursor) => ({
      page: list[cursor] ?? '',
      next: cursor + 1 < list.length ? cursor + 1 : undefined,
      fingerprint: list[cursor] ?? '',
    }),
    ...overrides,
  };
}

async function drain(loop: Loop): Promise<{ yielded: string[]; end: string }> {
  const yielded: string[] = [];
  const series = pages(loop);
  for (;;) {
    const step = await series.next();
    if (step.done) return { yielded, end: step.value };
    yielded.push(step.value);
  }
}

describe('pages', () => {
  it('yields every page up to the one without a next cursor', async () => {
    expect(await drain(loopOver(['a', 'b', 'c']))).toEqual({ yielded: ['a', 'b', 'c'], end: 'exhausted' });
  });

  it('starts where it is told to', async () => {
    expect(await drain(loopOver(['a', 'b', 'c'], { first: 1 }))).toEqual({ yielded: ['b', 'c'], end: 'exhausted' });
  });

  it('does not take two pages without rows for a repeated page', async () => {
    expect(await drain(loopOver(['', '', 'c']))).toEqual({ yielded: ['', '', 'c'], end: 'exhausted' });
  });

  it('fails at a repeated page, or ends there', async () => {
    const failing = drain(loopOver(['a', 'a', 'b']));
    await expect(failing).rejects.toThrow(UnknownAnswer);
    await expect(failing).rejects.toThrow('people of event 17: page 2 holds the same rows as the page before');
    expect(await drain(loopOver(['a', 'a', 'b'], { repeatedPage: 'end' }))).toEqual({
      yielded: ['a'],
      end: 'repeated',
    });
  });

  it.each([
    ['the same cursor again', (cursor: number) => cursor],
    ['an earlier cursor', (cursor: number) => (cursor === 2 ? 0 : cursor + 1)],
  ])('fails at %s', async (_, next) => {
    const loop = loopOver([], {
      fetch: async (cursor) => ({ page: String(cursor), next: next(cursor), fingerprint: String(cursor) }),
    });
    await expect(drain(loop)).rejects.toThrow(/names a next page that was already read/);
  });

  it('stops at the page ceiling', async () => {
    let fetched = 0;
    const loop = loopOver([], {
      ceiling: 5,
      fetch: async (cursor) => {
        fetched += 1;
        return { page: String(cursor), next: cursor + 1, fingerprint: String(cursor) };
      },
    });
    await expect(drain(loop)).rejects.toThrow('still not at the end after 5 pages');
    expect(fetched).toBe(5);
  });

  it('fetches no further than the consumer reads', async () => {
    let fetched = 0;
    const loop = loopOver([], {
      fetch: async (cursor) => {
        fetched += 1;
        return { page: String(cursor), next: cursor + 1, fingerprint: String(cursor) };
      },
    });
    for await (const page of pages(loop)) {
      if (page === '2') break;
    }
    expect(fetched).toBe(3);
  });
});
