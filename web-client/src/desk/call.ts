/** The desk reads and commands over REST; what goes wrong becomes one kind of error with a code. */
import { CommandError, rest } from '../core/client';
import type { RestAnswer } from '../core/protocol';

type Transport = (method: string, path: string, body?: unknown) => Promise<RestAnswer>;

let transport: Transport = rest;

/** Puts something else in the place of the network, for tests. */
export function useTransport(other: Transport): void {
  transport = other;
}

export class DeskProblem extends Error {
  constructor(
    /** `network` when there is no connection, otherwise the code of the problem details. */
    readonly code: string,
    /** What the server says about it, in the person's language. */
    readonly detail: string | null,
    /** The whole answer, for problems that carry more, such as `changed`. */
    readonly body: unknown = null,
  ) {
    super(code);
  }
}

interface Details {
  code?: string;
  detail?: string;
  title?: string;
}

export function problemOf({ status, body }: RestAnswer): DeskProblem {
  const { code, detail, title } = (body ?? {}) as Details;
  return new DeskProblem(code ?? (status === 404 ? 'not_found' : 'server'), detail ?? title ?? null, body);
}

/** Any failure as a `DeskProblem`. */
export function asProblem(error: unknown): DeskProblem {
  if (error instanceof DeskProblem) return error;
  if (error instanceof CommandError) return new DeskProblem(error.failure.code, error.failure.detail);
  return new DeskProblem('server', null);
}

export async function ask<T>(method: string, path: string, body: unknown = null): Promise<T> {
  const answer = await transport(method, path, body).catch((error: unknown) => {
    throw asProblem(error);
  });
  if (answer.status < 200 || answer.status > 299) throw problemOf(answer);
  return answer.body as T;
}
