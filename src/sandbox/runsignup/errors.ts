/** RunSignUp says what went wrong in an object behind HTTP 200. */
import type { Answer } from '../answers.ts';
import { jsonAnswer } from '../answers.ts';

const messages = {
  1: 'Unknown API method.',
  2: 'Wrong HTTP method.',
  3: 'Invalid parameters.',
  6: 'API key authentication failed.',
  7: 'Permission Denied',
  9: 'Invalid date.',
  10: 'Invalid format.',
  11: 'Invalid submission.',
  15: 'Invalid ID.',
  201: 'Race not found.',
  301: 'Event not found.',
} as const;

export type ErrorCode = keyof typeof messages;

export function errorAnswer(code: ErrorCode, detail?: string): Answer {
  return jsonAnswer({ error: { error_code: code, error_msg: detail ?? messages[code] } });
}
