// What a lab says after its end, on both sides of the thread.
export const CLOSED = "this lab is closed; start another with startRolemint()";
