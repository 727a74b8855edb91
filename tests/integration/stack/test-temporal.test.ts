import { Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestTemporal, testTemporal } from '../../support/stack.ts';

let server: TestTemporal;
let connection: Connection;

beforeAll(async () => {
  server = await testTemporal();
  connection = await Connection.connect({ address: server.address });
});
afterAll(async () => {
  await connection.close();
  await server.stop();
});

test('design §9: histories are kept for 30 days', async () => {
  const { config } = await connection.workflowService.describeNamespace({ namespace: server.namespace });
  expect(String(config?.workflowExecutionRetentionTtl?.seconds)).toBe(String(30 * 86_400));
});

test('design §3: the three search attributes are registered', async () => {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({
    namespace: server.namespace,
  });
  expect(Object.keys(customAttributes ?? {})).toEqual(
    expect.arrayContaining(['WorkspaceId', 'CampaignId', 'ConnectionId']),
  );
});

test('temporal-facts §0.1: the server takes a start that skips time', async () => {
  await connection.workflowService.startWorkflowExecution({
    namespace: server.namespace,
    workflowId: 'skips-time',
    workflowType: { name: 'none' },
    taskQueue: { name: 'nobody' },
    requestId: 'once',
    timeSkippingConfig: { enabled: true },
  });
  const { workflowExtendedInfo } = await connection.workflowService.describeWorkflowExecution({
    namespace: server.namespace,
    execution: { workflowId: 'skips-time' },
  });
  expect(workflowExtendedInfo?.timeSkippingInfo?.effectiveConfig?.enabled).toBe(true);
});
