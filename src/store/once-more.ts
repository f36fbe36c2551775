/** What sets rows to what they are to be can be done twice; a page cannot be counted twice. */
import { ConnectionLost } from '../domain/errors.ts';

/**
 * Carries out one statement, and where its connection broke off, once more on a new one: while PostgreSQL shuts down, the
 * connections of a run end one after the other. Only for what is the same done twice.
 */
export async function onceMore<Result>(statement: () => Promise<Result>): Promise<Result> {
  try {
    return await statement();
  } catch (error) {
    if (error instanceof ConnectionLost) return statement();
    throw error;
  }
}
