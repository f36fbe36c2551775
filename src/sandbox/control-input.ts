/** The bodies that control actions take, and how an action is made of one. */
import * as z from 'zod';
import type { SandboxState } from './state.ts';
import { sandboxProviders } from './world.ts';

/** Takes the parsed JSON body; returns what the caller is told. @throws ZodError, UsageError for bad input. */
export type Action = (state: SandboxState, body: unknown) => unknown;

export const provider = z.enum(sandboxProviders);
export const instant = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
export const timeZone = z.string().refine(isTimeZone, 'not an IANA time zone');
export const eventKey = { provider, eventId: z.string() };
export const registrationKey = { registrationId: z.int() };
export const person = z.strictObject({
  firstName: z.string().exactOptional(),
  middleName: z.string().nullable().exactOptional(),
  lastName: z.string().exactOptional(),
  dob: z.iso.date().nullable().exactOptional(),
  gender: z.enum(['M', 'F', 'X']).nullable().exactOptional(),
});

export const resultsBehaviour = z.strictObject({
  showsRegistrationIds: z.boolean().exactOptional(),
  decimals: z.int().min(0).max(3).exactOptional(),
  showsSplits: z.boolean().exactOptional(),
  parametersIn: z.enum(['query', 'form']).exactOptional(),
  pageCap: z.int().min(1).exactOptional(),
});

/** Fields beyond the named ones are refused: a misspelt one would silently do nothing. */
export function action<Shape extends z.ZodRawShape>(
  shape: Shape,
  run: (state: SandboxState, input: z.output<z.ZodObject<Shape, z.core.$strict>>) => unknown,
): Action {
  const schema = z.strictObject(shape);
  return (state, body) => run(state, schema.parse(body));
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
