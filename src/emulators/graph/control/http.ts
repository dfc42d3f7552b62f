/** The controls as JSON over HTTP, on a listener of their own. */

import { isObject } from '../contract.ts';
import { GraphFailure } from '../failure.ts';
import type { Control } from './control.ts';
import { parseAct, parseFault, parseProfile, parseSwitches } from './parse.ts';

type Answer = (control: Control, body: unknown, captured: string) => unknown;

const CALLS: Readonly<Record<string, Answer>> = {
  'POST /reset': (control) => control.reset(),
  'GET /clock': (control) => ({ now: control.now() }),
  'POST /clock': (control, body) => moveClock(control, body),
  'PUT /profile': (control, body) => control.profile(parseProfile(body)),
  'PUT /switches': (control, body) => control.switches(parseSwitches(body)),
  'POST /faults': (control, body) => control.fault(parseFault(body)),
  'DELETE /faults': (control) => control.clearFaults(),
  'POST /replicas/{}/hold': (control, _, replica) => control.hold(Number(replica)),
  'POST /replicas/{}/release': (control, _, replica) => control.release(Number(replica)),
  'POST /settle': (control) => control.settle(),
  'POST /throttle': (control, body) => changeThrottle(control, body),
  'POST /delta/generation': (control) => control.raiseDeltaGeneration(),
  'POST /act': (control, body) => control.act(parseAct(body)),
  'GET /events': (control) => control.events(),
  'GET /findings': (control) => control.findings(),
  'GET /truth/{}': (control, _, id) => control.truth(id),
};

export async function answerControl(control: Control, request: Request): Promise<Response> {
  const { pathname } = new URL(request.url);
  const found = callFor(request.method, decodeURIComponent(pathname));
  if (found === undefined) return failure(404, 'no-such-control', `${request.method} ${pathname}`);
  try {
    const text = await request.text();
    const result = found.answer(
      control,
      text === '' ? undefined : JSON.parse(text),
      found.captured,
    );
    return result === undefined ? new Response(null, { status: 204 }) : Response.json(result);
  } catch (error) {
    if (error instanceof GraphFailure) return failure(error.status, error.code, error.message);
    if (error instanceof SyntaxError) return failure(400, 'invalid-json', error.message);
    throw error;
  }
}

function callFor(
  method: string,
  path: string,
): { readonly answer: Answer; readonly captured: string } | undefined {
  const exact = CALLS[`${method} ${path}`];
  if (exact !== undefined) return { answer: exact, captured: '' };
  const [, first = '', captured = '', last] = path.split('/');
  const answer = CALLS[`${method} /${first}/{}${last === undefined ? '' : `/${last}`}`];
  return answer === undefined ? undefined : { answer, captured };
}

function failure(status: number, code: string, message: string): Response {
  return Response.json({ error: { code, message } }, { status });
}

/** `{ "advance": seconds }`, `{ "freeze": true }` or `{ "freeze": false }`. */
function moveClock(control: Control, body: unknown): unknown {
  const { advance, freeze } = isObject(body) ? body : {};
  if (typeof advance === 'number') control.advance(advance);
  if (freeze === true) control.freeze();
  if (freeze === false) control.run();
  return { now: control.now() };
}

/** `{ "scale": factor }`, `{ "fill": true }` or `{ "empty": true }`. */
function changeThrottle(control: Control, body: unknown): void {
  const { scale, fill, empty } = isObject(body) ? body : {};
  if (typeof scale === 'number') control.throttle({ scale });
  if (fill === true) control.throttle('fill');
  if (empty === true) control.throttle('empty');
}
