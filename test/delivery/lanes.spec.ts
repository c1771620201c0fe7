import { LaneQueue } from '../../lib/delivery/lanes.js';

const drain = (queue: LaneQueue<string>) => {
  const order: string[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) order.push(next);
  return order;
};

describe('Lanes', () => {
  it('let the urgent ones overtake, in their own order', () => {
    const queue = new LaneQueue<string>();
    queue.push('bulk', 'b1');
    queue.push('normal', 'n1');
    queue.push('high', 'h1');
    queue.push('bulk', 'b2');
    queue.push('high', 'h2');
    expect(queue.size).toBe(5);
    expect(drain(queue)).toEqual(['h1', 'h2', 'n1', 'b1', 'b2']);
  });

  it('let none wait for ever, however much urgent mail there is', () => {
    const queue = new LaneQueue<string>();
    for (let i = 0; i < 100; i += 1) queue.push('high', 'high');
    queue.push('normal', 'normal');
    queue.push('bulk', 'bulk');
    const order = drain(queue);
    expect(order.indexOf('normal')).toBeLessThan(10);
    expect(order.indexOf('bulk')).toBeLessThan(20);
  });
});
