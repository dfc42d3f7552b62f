/**
 * The same work on the same text is done once for as long as it is remembered: names are shared by many
 * people, and whoever is compared is looked at several times within a step.
 *
 * @param most Texts remembered; then all are forgotten.
 */
export function remembered<Value>(
  work: (text: string) => Value,
  most: number,
): (text: string) => Value {
  const known = new Map<string, Value>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined || known.has(text)) return before as Value;
    const value = work(text);
    if (known.size >= most) known.clear();
    known.set(text, value);
    return value;
  };
}
