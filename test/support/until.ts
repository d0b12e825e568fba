// Waiting for something that happens elsewhere: asked again and again, up to a limit that no machine should need.

/** Waits until what is asked is so (anything but false, null and undefined), and gives it. */
export async function until<Value>(
  question: () => Value | Promise<Value>,
  limitMs = 30_000,
): Promise<NonNullable<Value>> {
  const end = performance.now() + limitMs;
  for (;;) {
    const answer = await question();
    if (answer !== false && answer !== undefined && answer !== null) return answer;
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms in vain for ${question}`);
    await new Promise((done) => setTimeout(done, 15));
  }
}
