import { IconMapOff } from '@tabler/icons-react';
import { texts } from '../texts.ts';
import { Empty } from './empty.tsx';
import { ButtonLink } from './links.tsx';
import { Page } from './page.tsx';

export const NotFound = () => (
  <Page title={texts.notFound.title}>
    <Empty
      icon={IconMapOff}
      title={texts.notFound.title}
      text={texts.notFound.text}
      action={
        <ButtonLink to="/" variant="default">
          {texts.notFound.back}
        </ButtonLink>
      }
    />
  </Page>
);
