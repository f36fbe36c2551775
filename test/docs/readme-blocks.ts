/** What an operator copies from the README: tests run exactly that. */
import { readFileSync } from 'node:fs';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The SQL blocks of a section, in their order. @param heading with its `#` signs. */
export function sqlBlocks(heading: string): readonly string[] {
  const [, after = ''] = `\n${readme}`.split(`\n${heading}\n`);
  const level = heading.split(' ')[0]?.length ?? 0;
  const [section = ''] = after.split(new RegExp(`^#{1,${level}} `, 'm'));
  return [...section.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, sql = '']) => sql);
}
