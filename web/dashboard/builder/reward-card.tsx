import {
  Button,
  Group,
  NumberInput,
  Paper,
  SegmentedControl,
  Select,
  SimpleGrid,
  Stack,
  Text,
  Title,
} from '@mantine/core';
import type { FieldProblem } from '../../../client/request.ts';
import { minorDigits } from '../parts/words.tsx';
import { texts } from '../texts.ts';
import { Days } from './details-step.tsx';
import { problemOf } from './local-problems.ts';
import type { RewardRule } from './rewards-step.tsx';

const t = texts.builder.rewards;

interface RewardCardProps {
  readonly number: number;
  readonly rule: RewardRule;
  readonly problems: readonly FieldProblem[];
  readonly onChange: (rule: RewardRule) => void;
  readonly onRemove: () => void;
}

/** One rule: what is earned, by whom, when and with whose consent. */
export function RewardCard({ number, rule, problems, onChange, onRemove }: RewardCardProps) {
  const { beneficiary, holdDays, provider, approval } = rule;
  const shared = { beneficiary, holdDays, provider, approval };
  const change = (part: Partial<typeof shared>) => onChange({ ...rule, ...part });
  return (
    <Paper component="section" aria-label={t.rule(number)}>
      <Group justify="space-between" mb="md">
        <Title order={3} size="h5">
          {t.rule(number)}
        </Title>
        <Button size="compact-sm" variant="subtle" color="red" onClick={onRemove}>
          {t.remove}
        </Button>
      </Group>
      <Stack>
        <SegmentedControl
          aria-label={t.kind}
          value={rule.kind}
          data={[
            { value: 'fixed', label: t.fixed },
            { value: 'percentage', label: t.percentage },
          ]}
          onChange={(kind) =>
            onChange(
              kind === 'fixed'
                ? { kind: 'fixed', amountMinor: 0, currency: 'USD', ...shared }
                : { kind: 'percentage', rateBasisPoints: 1_000, ...shared },
            )
          }
        />
        <SimpleGrid cols={{ base: 1, sm: 2 }}>
          <Value rule={rule} problems={problems} onChange={onChange} />
          <Select
            label={t.beneficiary}
            data={[
              { value: 'referrer', label: t.referrer },
              { value: 'referred', label: t.referred },
            ]}
            allowDeselect={false}
            value={beneficiary}
            onChange={(value) => change({ beneficiary: value === 'referred' ? 'referred' : 'referrer' })}
          />
          <Days
            label={t.hold}
            description={t.holdHint}
            value={holdDays === 0 ? null : holdDays}
            error={problemOf(problems, 'holdDays')}
            onChange={(days) => change({ holdDays: days })}
          />
          <Select
            label={t.approval}
            description={t.approvalHint}
            data={[
              { value: 'automatic', label: t.automatic },
              { value: 'manual', label: t.manual },
            ]}
            allowDeselect={false}
            value={approval}
            onChange={(value) => change({ approval: value === 'manual' ? 'manual' : 'automatic' })}
          />
        </SimpleGrid>
        {problemOf(problems, 'kind') && (
          <Text size="sm" c="var(--mantine-color-error)" role="alert">
            {problemOf(problems, 'kind')}
          </Text>
        )}
      </Stack>
    </Paper>
  );
}

type ValueProps = Pick<RewardCardProps, 'rule' | 'problems' | 'onChange'>;

/** An amount in people's units, or a share in percent; the API takes minor units and basis points. */
function Value({ rule, problems, onChange }: ValueProps) {
  if (rule.kind === 'percentage') {
    return (
      <NumberInput
        label={t.rate}
        suffix=" %"
        min={0}
        max={100}
        decimalScale={2}
        value={rule.rateBasisPoints / 100}
        error={problemOf(problems, 'rateBasisPoints')}
        onChange={(value) => onChange({ ...rule, rateBasisPoints: Math.round(Number(value) * 100) })}
      />
    );
  }
  const unit = 10 ** minorDigits(rule.currency);
  return (
    <Group wrap="nowrap" align="flex-start" gap="xs">
      <NumberInput
        style={{ flex: 1 }}
        label={t.amount}
        min={0}
        decimalScale={minorDigits(rule.currency)}
        thousandSeparator=" "
        value={rule.amountMinor === 0 ? '' : rule.amountMinor / unit}
        error={problemOf(problems, 'amountMinor')}
        onChange={(value) => onChange({ ...rule, amountMinor: Math.round(Number(value) * unit) })}
      />
      <Select
        label={t.currency}
        w={110}
        searchable
        allowDeselect={false}
        limit={60}
        data={Intl.supportedValuesOf('currency')}
        value={rule.currency}
        error={problemOf(problems, 'currency')}
        onChange={(currency) => currency && onChange({ ...rule, currency })}
      />
    </Group>
  );
}
