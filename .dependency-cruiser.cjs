/** The arrows of docs/architecture.md: who may import whom. A reversed arrow is explained by its rule's comment. */
const only = (from, to, comment, { except } = {}) => ({
  name: `${from}-imports-only`,
  severity: 'error',
  comment,
  from: { path: `^${from}/`, ...(except && { pathNot: `^${except}/` }) },
  to: { path: '^[a-z]+/', pathNot: [`^${from}/`, '^node_modules/', ...to.map((folder) => `^${folder}`)] },
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    only('domain', [], 'domain/ is pure: it imports nothing but itself.'),
    only('workflows', ['domain/', 'activities/'], 'workflows/ sees domain/ and the types of activities/.'),
    {
      name: 'workflows-see-activities-as-types',
      severity: 'error',
      comment: 'An activity imported as a value would pull its I/O into the workflow bundle.',
      from: { path: '^workflows/' },
      to: { path: '^activities/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflow-bundle-is-free-of-node',
      severity: 'error',
      comment:
        'Workflow code and domain rules run in the deterministic sandbox: no Node modules, no npm libraries but the SDK.',
      from: { path: '^(workflows|domain)/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev'], pathNot: 'node_modules/@temporalio/workflow' },
    },
    only('db', ['domain/', 'config/'], 'db/ turns rows into domain types and knows nobody else.'),
    only('hubspot', ['domain/'], 'The gateway gets fence, tokens and pacer as arguments.', {
      except: 'hubspot/sandbox',
    }),
    {
      name: 'sandbox-stands-alone',
      severity: 'error',
      comment: 'The sandbox is HubSpot: it imports nothing of ours.',
      from: { path: '^hubspot/sandbox/' },
      to: { path: '^[a-z]+/', pathNot: ['^hubspot/sandbox/', '^node_modules/'] },
    },
    {
      name: 'only-stack-and-tests-know-the-sandbox',
      severity: 'error',
      from: { path: '^', pathNot: ['^hubspot/sandbox/', '^stack/', '^tests/', '^bench/'] },
      to: { path: '^hubspot/sandbox/' },
    },
    only(
      'activities',
      ['domain/', 'db/', 'hubspot/', 'payouts/', 'workflows/contract.ts'],
      'activities/ do all I/O and start nothing.',
    ),
    only('payouts', ['domain/', 'db/'], 'Providers sit behind one port.'),
    only(
      'worker',
      ['activities/', 'db/', 'domain/', 'hubspot/', 'payouts/', 'workflows/', 'config/'],
      'worker/ puts the pieces together.',
    ),
    only(
      'api',
      ['db/', 'domain/', 'hubspot/', 'workflows/contract.ts', 'config/'],
      'The API writes rows; Temporal is told by the outbox.',
    ),
    only('config', [], 'config/ reads the environment and nothing else.'),
    only('web', ['client/'], 'The dashboard uses only the API, through its generated client.', {
      except: 'web/build.ts',
    }),
    {
      name: 'the-client-stands-alone',
      severity: 'error',
      comment: 'What a browser loads imports nothing of the server; only its generator sees the API.',
      from: { path: '^client/', pathNot: '^client/generate.ts$' },
      to: { path: '^[a-z]+/', pathNot: ['^client/', '^node_modules/'] },
    },
    {
      name: 'nobody-imports-the-dashboard',
      severity: 'error',
      from: { path: '^', pathNot: '^web/' },
      to: { path: '^web/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^web/dist/' },
    includeOnly:
      '^(domain|workflows|activities|hubspot|db|api|worker|config|payouts|stack|bench|web|client)/|node_modules|^(node:)?[a-z_]+$',
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.json'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
