import { type Script, type Stage, UNKNOWN } from '../script.ts';

/** What is odd about a request before anything of Cinder's own looks at it. */
export const http: Script = {
  name: 'http',
  async play(stage) {
    await methods(stage);
    await paths(stage);
    await queries(stage);
    await bodies(stage);
  },
};

async function methods(stage: Stage): Promise<void> {
  for (const method of ['HEAD', 'OPTIONS', 'PUT', 'PATCH', 'DELETE']) {
    await stage.ask(`${method} of a collection`, method, '/backups');
  }
  for (const method of ['HEAD', 'OPTIONS', 'POST', 'PATCH']) {
    await stage.ask(`${method} of one that is not there`, method, `/backups/${UNKNOWN}`);
  }
  await stage.ask('OPTIONS without a token', 'OPTIONS', '/backups', { as: 'nobody' });
  await stage.ask('HEAD without a token', 'HEAD', '/backups', { as: 'nobody' });
  await stage.ask('GET of an action', 'GET', `/backups/${UNKNOWN}/action`);
  await stage.ask('GET of a restore', 'GET', `/backups/${UNKNOWN}/restore`);
  await stage.ask('GET of import_record', 'GET', '/backups/import_record');
  const remove = (name: string, body: string, headers = {}) =>
    stage.ask(name, 'DELETE', `/backups/${UNKNOWN}`, { body, headers });
  await remove('DELETE with a body', '{"force": true}');
  await remove('DELETE with a body that is no JSON', '{');
  await remove('DELETE with a body of another type', 'x', { 'content-type': 'text/plain' });
}

async function paths(stage: Stage): Promise<void> {
  const { projectId } = stage;
  const get = (name: string, path: string) => stage.ask(name, 'GET', path);
  await get('version 2', `cinder:/v2/${projectId}/backups`);
  await get('no version', `cinder:/${projectId}/backups`);
  await stage.ask('version 2, without a token', 'GET', `cinder:/v2/${projectId}/backups`, { as: 'nobody' });
  await stage.ask('no version, without a token', 'GET', 'cinder:/nonsuch', { as: 'nobody' });
  await get('no slash after the version', `cinder:/v3${projectId}/backups`);
  await get('two slashes', `cinder:/v3/${projectId}//backups`);
  await get('a slash at the end of one', `/backups/${UNKNOWN}/`);
  await get('an ending', `/backups/${UNKNOWN}.json`);
  await get('another ending', `/backups/${UNKNOWN}.xml`);
  await get('an escaped letter', '/%62ackups?name=none');
  await get('an escaped slash', '/backups%2Fdetail');
  await get('an id with a blank', '/backups/a%20b');
  await get('an id of another script', '/backups/%E6%BC%A2');
  await get('one level too deep', `/backups/${UNKNOWN}/nonsuch`);
  await get('two levels too deep', `/backups/${UNKNOWN}/nonsuch/more`);
  await get('capitals', '/Backups');
}

async function queries(stage: Stage): Promise<void> {
  const list = (name: string, query: string) =>
    stage.ask(name, 'GET', `/backups?${query}`, { version: '3.70' });
  await list('nothing', '');
  await list('a name without a value', 'name');
  await list('only marks', '&&=&');
  await list('a plus and a blank', 'name=a+b%20c');
  await list('another script', 'name=%E6%BC%A2');
  await list('a semicolon', 'limit=1;name=x');
}

async function bodies(stage: Stage): Promise<void> {
  const post = (name: string, body: string, headers = {}) =>
    stage.ask(name, 'POST', '/backups', { body, headers });
  await post('a number', '5');
  await post('a text', '"backup"');
  await post('two values', '{} {}');
  await post('a key twice', `{"backup": {"volume_id": "nope"}, "backup": {"volume_id": "${UNKNOWN}"}}`);
  await post('not a number', `{"backup": {"volume_id": "${UNKNOWN}", "name": NaN}}`);
  await post('a mark of the order of bytes', `\ufeff{"backup": {"volume_id": "${UNKNOWN}"}}`);
  await post('a number beyond all bounds', `{"backup": {"volume_id": 1e400}}`);
  await post('a large number', `{"backup": {"volume_id": 12345678901234567890}}`);
  await post('a fraction that is none', `{"backup": {"volume_id": 1.0}}`);
  const json = `{"backup": {"volume_id": "${UNKNOWN}"}}`;
  await post('with a character set', json, { 'content-type': 'application/json; charset=utf-8' });
  await post("by Cinder's own type", json, { 'content-type': 'application/vnd.openstack.volume+json' });
  await post('by no type', json, { 'content-type': '' });
  await post('as a form', 'volume_id=x', { 'content-type': 'application/x-www-form-urlencoded' });
  await post('an answer in XML', json, { accept: 'application/xml' });
  const large = (bytes: number) => `{"backup": {"description": "${'d'.repeat(bytes)}"}}`;
  await post('as large as may be', large(114_688 - 33));
  await post('larger', large(114_688));
}
