import { CfnSchema } from 'aws-cdk-lib/aws-eventschemas';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { TestEvents } from '../test-events.ts';
import {
  TEST_EVENT_REGISTRY,
  TestEventRegistry,
  type TestEventRegistryProps,
} from './test-event-registry.ts';

export interface ConsoleEventsProps extends TestEventRegistryProps {
  readonly functions: Readonly<Record<string, IFunction>>;
  readonly events: Readonly<Record<string, TestEvents>>;
}

/** Makes events appear as shared test events in the Lambda console of everyone who may see them. */
export class ConsoleEvents extends Construct {
  constructor(scope: Construct, id: string, { functions, events, ...props }: ConsoleEventsProps) {
    super(scope, id);
    const registry = new TestEventRegistry(this, 'Registry', props);
    for (const [name, lambda] of Object.entries(functions)) {
      const schema = new CfnSchema(this, name, {
        registryName: TEST_EVENT_REGISTRY,
        // The console looks for this name.
        schemaName: `_${lambda.functionName}-schema`,
        type: 'OpenApi3',
        content: JSON.stringify(toOpenApi(events[name] ?? {})),
      });
      schema.node.addDependency(registry);
    }
  }
}

/** The console reads the examples; the rest only has to be OpenAPI. */
function toOpenApi(events: TestEvents): object {
  const examples = Object.entries(events).map(([name, value]) => [name, { value }]);
  return {
    openapi: '3.0.0',
    info: { version: '1.0.0', title: 'Event' },
    paths: {},
    components: { schemas: { Event: { type: 'object' } }, examples: Object.fromEntries(examples) },
  };
}
