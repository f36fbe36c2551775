/** A page without any row, where the one before told that there may be more: the end of the list, or a bad moment. */

/**
 * An answer that holds rows, or the second one that holds none: a single empty page in the middle of a list would pass over
 * all who stand behind it, and a filtered list never tells them again.
 */
export async function notEmptyTwice<Answer>(
  ask: () => Promise<Answer>,
  isEmpty: (answer: Answer) => boolean,
): Promise<Answer> {
  const answer = await ask();
  return isEmpty(answer) ? ask() : answer;
}
