/** pino-roll ships no types; what is used of it. */
declare module 'pino-roll' {
  import type { DestinationStream } from 'pino';

  export default function roll(options: {
    file: string;
    extension: string;
    frequency: 'daily';
    size: string;
    mkdir: boolean;
    limit: { count: number };
  }): Promise<DestinationStream>;
}
