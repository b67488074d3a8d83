import { describe, expect, it } from 'vitest';
import { createMarkerTrail } from '../../../../lambdas/adapters/cinder/marker-trail.ts';

describe('a walk through pages', () => {
  it('does not go on for ever, though each page is a new one', () => {
    const trail = createMarkerTrail('/backups/detail');
    for (let page = 1; page < 10_000; page += 1) trail.advance(`marker=${page}`, [`row ${page}`]);
    expect(() => trail.advance('marker=10000', ['row'])).toThrow(
      'GET /backups/detail: no end after 10000 pages',
    );
  });

  it('is found in a circle, however long that is', () => {
    const trail = createMarkerTrail('/backups/detail');
    for (let page = 0; page < 5_000; page += 1) trail.advance(`marker=${page}`, []);
    expect(() => trail.advance('marker=17', [])).toThrow('the links between pages lead in a circle');
  });
});
