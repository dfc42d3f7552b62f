/** Refuses a document by which two systems could overwrite each other in turns, and says how. */

import type { Problem } from '../identity/problem.ts';
import type { ObjectKind } from '../identity/record.ts';
import type { IdentityConfiguration, SystemConfiguration } from './configuration.ts';
import { type Cycle, cyclesIn, type Danger } from './cycle.ts';
import { keyOf, type Stop, type ValueGraph, valueGraph } from './cycle-graph.ts';
import type { Source } from './source.ts';

/** @param systems With every name that is carried over from records. */
export function cycleProblems(
  systems: readonly SystemConfiguration[],
  identity: IdentityConfiguration,
  source: Source,
): readonly Problem[] {
  const kinds = new Set(systems.flatMap(({ write }) => Object.keys(write)));
  return [...kinds].flatMap((kind) => {
    const graph = valueGraph(kind, systems, identity[kind] ?? {});
    const cycles = cyclesIn(graph);
    const refused = cycles.filter(isRefused);
    const about = new Set(refused.flatMap(attributesOf));
    const echoes = cycles.filter(
      (cycle) => cycle.danger.type === 'echo' && !about.has(cycle.danger.attribute),
    );
    return [
      ...refused.map((cycle) => refusal(cycle, graph, source)),
      ...cycles
        .filter(({ danger }) => danger.type === 'sticks')
        .map((cycle) => staysOff(cycle, graph, source)),
      ...[...Map.groupBy(echoes, ({ at }) => at.system).values()].map((together) =>
        echoProblem(together, graph, source),
      ),
    ];
  });
}

interface RefusedCycle extends Cycle {
  readonly danger: Exclude<Danger, { readonly type: 'sticks' | 'echo' }>;
}

/** The others are told of: nothing takes turns there. */
function isRefused(cycle: Cycle): cycle is RefusedCycle {
  return cycle.danger.type !== 'sticks' && cycle.danger.type !== 'echo';
}

function attributesOf({ steps }: Cycle): readonly string[] {
  return steps.flatMap(({ to }) => (to.type === 'attribute' ? [to.name] : []));
}

function refusal(cycle: RefusedCycle, graph: ValueGraph, source: Source): Problem {
  const { message, remedy } = wordsOf(cycle, graph);
  return {
    code: 'write-cycle',
    severity: 'error',
    message: `${ringText(cycle, graph)}: ${message}`,
    remedy,
    place: placeOf(cycle, graph.kind, source),
  };
}

interface Words {
  readonly message: string;
  readonly remedy: string;
}

function wordsOf({ at, danger }: RefusedCycle, graph: ValueGraph): Words {
  const { system, path } = at;
  const key = keyText(path);
  switch (danger.type) {
    case 'wins': {
      const { attribute, over } = danger;
      return {
        message: `${system} comes before ${over} for ${attribute}: what ${over} supplies is written to ${system}, read back from there, and counts instead of whatever ${over} says next`,
        remedy: `say who decides, as identity: { ${graph.kind}: { ${attribute}: { from: [${over}] } } }, or drop the row: ${key}: false`,
      };
    }
    case 'newest': {
      const { attribute, others } = danger;
      return {
        message: `whoever changed ${attribute} last counts, and being written is a change: ${[system, ...others].join(' and ')} could overwrite each other in turns`,
        remedy: `let ${attribute} be decided by precedence, leave ${system} out of its from, or drop the row: ${key}: false`,
      };
    }
    case 'returns': {
      const { attribute, others } = danger;
      return {
        message: `the values of all are ${attribute}, and what ${others.join(' or ')} takes back returns from ${system}, where it was written`,
        remedy: `leave ${system} out of it, as identity: { ${graph.kind}: { ${attribute}: { merge: union, from: [${others.join(', ')}] } } }, or drop the row: ${key}: false`,
      };
    }
    case 'swaps':
      return {
        message:
          'these places take their values from each other, and could exchange them in every run',
        remedy: `give one of the attributes one source with from, or drop a row: "${path}": false`,
      };
    case 'makes':
      return {
        message:
          'the value that is written is made from what is read there, and could be another one in every run',
        remedy: `read what it is made from elsewhere, use default: in place of compute:, or drop the row: ${key}: false`,
      };
  }
}

function staysOff(cycle: Cycle, graph: ValueGraph, source: Source): Problem {
  const { system, path } = cycle.at;
  return {
    code: 'stays-off',
    severity: 'warning',
    message: `${ringText(cycle, graph)}: whoever is turned off in ${system} because of its scope or assignment counts as disabled at the source from then on, and stays off`,
    remedy: `read whether people are active elsewhere, as identity: { ${graph.kind}: { accountEnabled: { from: […] } } }, or drop the row: ${keyText(path)}: false`,
    place: placeOf(cycle, graph.kind, source),
  };
}

/** What a system only repeats is no value of its own, and stays when its origin has none any more. */
function echoProblem(cycles: readonly Cycle[], { kind }: ValueGraph, source: Source): Problem {
  const [first] = cycles;
  const system = first?.at.system ?? '';
  const echoed = cycles.flatMap(({ danger }) => (danger.type === 'echo' ? [danger] : []));
  const origins = [...new Set(echoed.map(({ of }) => of))];
  const names = [...new Set(echoed.map(({ attribute }) => attribute))];
  return {
    code: 'write-echo',
    severity: 'warning',
    message: `${names.join(', ')}: what ${origins.join(', ')} takes back stays, since ${system} still has it from here and is asked then`,
    remedy: `let ${origins.join(', ')} be authoritative for it: read: { ${kind}: { authoritative: [${names.join(', ')}] } }`,
    ...(first && { place: placeOf(first, kind, source) }),
  };
}

function placeOf({ at }: Cycle, kind: ObjectKind, source: Source): Problem['place'] & object {
  return source.keyPlace(['systems', at.system, 'write', kind, 'map', at.path]);
}

/** `hr.mail → mail → entra.mail → mail → hr.mail`. */
function ringText(cycle: Cycle, graph: ValueGraph): string {
  const { at, steps, danger } = cycle;
  const round = [at, ...steps.map(({ to }) => to)];
  if (
    danger.type === 'makes' ||
    danger.type === 'swaps' ||
    danger.type === 'sticks' ||
    danger.type === 'echo'
  ) {
    return round.map(stopText).join(' → ');
  }
  const { attribute } = danger;
  const other = danger.type === 'wins' ? danger.over : (danger.others[0] ?? '');
  const through: Stop = { type: 'attribute', name: attribute };
  const back = graph.written.find(
    (stop) => stop.system === other && leads(through, stop, graph) && leads(stop, through, graph),
  );
  const from: Stop = back ?? {
    type: 'path',
    system: other,
    path: graph.sourceOf(other, attribute),
  };
  // From where the value came, to where it is written, and back in place of it.
  const arriving = steps.slice(1).map(({ to }) => to);
  const whole = [from, through, ...arriving, through, ...(back === undefined ? [] : [back])];
  return whole.map(stopText).join(' → ');
}

/** A path as a key of the document. */
function keyText(path: string): string {
  return path.includes('"') ? `'${path}'` : `"${path}"`;
}

function leads(from: Stop, to: Stop, graph: ValueGraph): boolean {
  return (graph.steps.get(keyOf(from)) ?? []).some((step) => keyOf(step.to) === keyOf(to));
}

function stopText(stop: Stop): string {
  return stop.type === 'attribute' ? stop.name : `${stop.system}.${stop.path}`;
}
