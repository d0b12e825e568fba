// A listener that hands every connection on, byte for byte: the AWS APIs in a holder's namespace, by a Unix socket.
import { connect, createServer, type NetConnectOpts, type Server, type Socket } from "node:net";

/** `accepts` says whether a connection may be served at all; default every one. */
export function pipeServer(to: NetConnectOpts, accepts: (socket: Socket) => boolean = () => true): Server {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (!accepts(socket)) return void socket.destroy();
    const onward = connect({ ...to, allowHalfOpen: true });
    join(socket, onward);
    join(onward, socket);
  });
}

/** Each end of one is passed to the other: what is half closed stays half open. */
function join(one: Socket, other: Socket): void {
  one.pipe(other);
  one.on("error", () => other.destroy());
  one.on("close", (isBroken) => (isBroken ? other.destroy() : other.end()));
}
