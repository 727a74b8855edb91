/** Mantine's parts as links of the router, with typed addresses. */
import { Button, type ButtonProps, Menu, type MenuItemProps } from '@mantine/core';
import { createLink } from '@tanstack/react-router';
import type { AnchorHTMLAttributes, Ref } from 'react';

type Anchored<Props> = Props & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, keyof Props>;

export const ButtonLink = createLink(
  ({ ref, ...props }: Anchored<ButtonProps> & { readonly ref?: Ref<HTMLAnchorElement> }) => (
    <Button component="a" ref={ref} {...props} />
  ),
);

export const MenuLink = createLink(
  ({ ref, ...props }: Anchored<MenuItemProps> & { readonly ref?: Ref<HTMLAnchorElement> }) => (
    <Menu.Item component="a" ref={ref} {...props} />
  ),
);
