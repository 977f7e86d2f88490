// A WebSocket that a client may give up while it is being opened.
import WebSocket from 'ws';

/**
 * graphql-ws stops listening to a socket it terminates, and one that was not open yet says only then that it never will be: an error nobody
 * listens to ends the process. This one listens to its own.
 */
export class DisposableSocket extends WebSocket {
  constructor(url: string, protocols?: string | string[]) {
    super(url, protocols);
    this.on('error', () => undefined);
  }
}
