/** The real line: a WebSocket with a bearer token, pinged so that a dead line behind NAT is noticed. */
import type { TlsIdentity } from '@rhc/service-shell';
import { WebSocket } from 'ws';
import type { Timers } from '../pcsc/supervisor.ts';
import type { Dial } from './channel.ts';

export interface WsDialLimits {
  readonly handshakeMs: number;
  readonly pingMs: number;
  readonly maxMessageBytes: number;
}

/** @param identity asked at each dial, so that a renewed certificate is used; absent: no TLS of our own */
export function wsDial(timers: Timers, limits: WsDialLimits, identity?: () => TlsIdentity): Dial {
  return (url, token, listener) => {
    const own = identity?.();
    const authorization = token.use((bytes) => `Bearer ${new TextDecoder().decode(bytes)}`);
    const socket = new WebSocket(url, {
      ...(own === undefined
        ? { headers: { Authorization: authorization } }
        : { key: own.key, cert: own.certificate, ca: own.authority }),
      handshakeTimeout: limits.handshakeMs,
      maxPayload: limits.maxMessageBytes,
      perMessageDeflate: false,
    });
    let alive = true;
    let cancelPing: () => void = () => undefined;
    let reason = 'closed';
    const schedulePing = () => {
      cancelPing = timers.after(limits.pingMs, () => {
        if (!alive) {
          reason = 'no answer to ping';
          socket.terminate();
          return;
        }
        alive = false;
        socket.ping();
        schedulePing();
      });
    };
    socket.on('open', () => {
      schedulePing();
      listener.onOpen();
    });
    socket.on('pong', () => {
      alive = true;
    });
    socket.on('message', (data, isBinary) => {
      alive = true;
      if (!isBinary) listener.onText(String(data));
    });
    socket.on('error', (error) => {
      reason = error.message;
    });
    socket.on('close', (code) => {
      cancelPing();
      listener.onClose(`${reason} (${code})`);
    });
    return {
      send: (text) => {
        if (socket.readyState === WebSocket.OPEN) socket.send(text);
      },
      close: () => socket.close(),
    };
  };
}
