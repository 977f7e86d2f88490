// Cheapest flow through a network: the machinery behind `smallestCover`.

/** Arcs between nodes 0, 1, 2, …; each carries up to its capacity, at a cost per unit that is a whole number of at least 0. */
export class FlowNetwork {
  // an arc and the one that takes its flow back are neighbours: 2i and 2i + 1
  private readonly target: number[] = [];
  private readonly free: number[] = [];
  private readonly cost: number[] = [];
  private readonly leaving: number[][] = [];

  /** Adds a node and answers its number. */
  addNode(): number {
    return this.leaving.push([]) - 1;
  }

  /** Adds an arc and answers its number. */
  addArc(from: number, to: number, capacity: number, cost: number): number {
    const arc = this.target.push(to) - 1;
    this.target.push(from);
    this.free.push(capacity, 0);
    this.cost.push(cost, -cost);
    this.leaving[from]!.push(arc);
    this.leaving[to]!.push(arc + 1);
    return arc;
  }

  /** How many arcs there are. */
  get size(): number {
    return this.target.length / 2;
  }

  /** What an arc carries. */
  flowOf(arc: number): number {
    return this.free[arc + 1]!;
  }

  /** Sends so many units as cheaply as possible and answers what that costs; null: the network cannot carry them. Once per network. */
  send(source: number, sink: number, amount: number): number | null {
    // by potentials no arc with free capacity is ever cheaper than 0, and units go along arcs that cost exactly 0
    const potential = new Array<number>(this.leaving.length).fill(0);
    let left = amount;
    let total = 0;
    while (left > 0) {
      if (!this.raise(potential, source, sink)) return null;
      const sent = this.saturate(potential, source, sink, left);
      left -= sent;
      total += sent * (potential[sink]! - potential[source]!);
    }
    return total;
  }

  private reduced(arc: number, potential: readonly number[]): number {
    return this.cost[arc]! + potential[this.target[arc ^ 1]!]! - potential[this.target[arc]!]!;
  }

  /** Adds the distance from the source to each potential, at most that of the sink; false: the sink is out of reach. */
  private raise(potential: number[], source: number, sink: number): boolean {
    const distance = new Array<number>(potential.length).fill(Infinity);
    distance[source] = 0;
    // distances are small whole numbers: a list of nodes for each
    const nodes: number[][] = [[source]];
    for (let d = 0; d < nodes.length && distance[sink]! > d; d++) {
      const at = (nodes[d] ??= []);
      for (let i = 0; i < at.length; i++) {
        const node = at[i]!;
        if (distance[node] !== d) continue;
        for (const arc of this.leaving[node]!) {
          if (this.free[arc] === 0) continue;
          const next = this.target[arc]!;
          const reached = d + this.reduced(arc, potential);
          if (reached >= distance[next]!) continue;
          distance[next] = reached;
          (nodes[reached] ??= []).push(next);
        }
      }
    }
    const end = distance[sink]!;
    if (end === Infinity) return false;
    for (let node = 0; node < potential.length; node++) potential[node]! += Math.min(distance[node]!, end);
    return true;
  }

  /** Sends what the arcs that cost nothing now can carry. */
  private saturate(potential: readonly number[], source: number, sink: number, most: number): number {
    let sent = 0;
    for (let more = -1; more !== 0 && sent < most; sent += more) more = this.sendAlong(potential, source, sink, most - sent);
    return sent;
  }

  /** Sends along one path after another, looking at each arc once: what is left may have become possible again, but not if nothing was sent. */
  private sendAlong(potential: readonly number[], source: number, sink: number, most: number): number {
    const tried = new Int32Array(potential.length);
    const isOnPath = new Uint8Array(potential.length);
    const path: number[] = [];
    let node = source;
    let sent = 0;
    while (sent < most) {
      if (node === sink) {
        const units = path.reduce((least, arc) => Math.min(least, this.free[arc]!), most - sent);
        for (const arc of path) {
          this.free[arc]! -= units;
          this.free[arc ^ 1]! += units;
        }
        sent += units;
        const full = path.findIndex((arc) => this.free[arc] === 0);
        if (full < 0) return sent;
        node = this.target[path[full]! ^ 1]!;
        for (const arc of path.splice(full)) isOnPath[this.target[arc]!] = 0;
        continue;
      }
      isOnPath[node] = 1;
      const arcs = this.leaving[node]!;
      while (tried[node]! < arcs.length && !this.leads(arcs[tried[node]!]!, potential, tried, isOnPath)) tried[node]!++;
      const arc = arcs[tried[node]!];
      if (arc !== undefined) {
        path.push(arc);
        node = this.target[arc]!;
      } else if (path.length === 0) {
        return sent;
      } else {
        isOnPath[node] = 0;
        node = this.target[path.pop()! ^ 1]!;
      }
    }
    return sent;
  }

  private leads(arc: number, potential: readonly number[], tried: Int32Array, isOnPath: Uint8Array): boolean {
    const next = this.target[arc]!;
    const isDone = isOnPath[next] === 1 || (tried[next]! > 0 && tried[next] === this.leaving[next]!.length);
    return !isDone && this.free[arc]! > 0 && this.reduced(arc, potential) === 0;
  }
}
