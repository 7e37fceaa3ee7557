/** A wire to a server on this machine that can be cut and joined again: what a lost database looks like to its clients. */
import { connect, createServer, type Server, type Socket } from 'node:net';

export class Wire {
  readonly #target: number;
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;
  port = 0;

  private constructor(target: number) {
    this.#target = target;
  }

  static async to(port: number): Promise<Wire> {
    const wire = new Wire(port);
    await wire.join();
    return wire;
  }

  async join(): Promise<void> {
    const server = createServer((near) => {
      const far = connect(this.#target, '127.0.0.1');
      for (const [socket, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(socket);
        socket.on('error', () => undefined);
        socket.once('close', () => {
          this.#sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(other);
      }
    });
    await new Promise<void>((listening) => server.listen(this.port, '127.0.0.1', listening));
    this.port = (server.address() as { port: number }).port;
    this.#server = server;
  }

  /** Open connections break, new ones are refused. */
  async cut(): Promise<void> {
    const closed = new Promise((done) => this.#server?.close(done));
    for (const socket of this.#sockets) socket.resetAndDestroy();
    await closed;
  }
}
