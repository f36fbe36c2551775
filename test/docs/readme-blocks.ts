/** Sections of the README, and what an operator copies from them: tests run exactly that. */
import { readFileSync } from 'node:fs';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** What stands under a heading, with the headings below it. @param heading with its `#` signs. */
export function sectionOf(heading: string): string {
  const [, after = ''] = `\n${readme}`.split(`\n${heading}\n`);
  const level = heading.split(' ')[0]?.length ?? 0;
  return after.split(new RegExp(`^#{1,${level}} `, 'm'))[0] ?? '';
}

/** The SQL blocks of a section, in their order. */
export function sqlBlocks(heading: string): readonly string[] {
  return [...sectionOf(heading).matchAll(/^```sql\n(.*?)^```$/gms)].map(([, sql = '']) => sql);
}
