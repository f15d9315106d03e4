import type { BrandingThemeBody, MANAGEMENT_OPERATIONS } from '@tessera/api-contract';
import {
  type Branding,
  createAlphanumericId,
  type JsonObject,
  type RandomBytes,
  type Store,
} from '@tessera/model';
import { notFound } from '../../http/not-found.ts';
import type { OperationHandlers } from '../../http/operation-handler.ts';
import { WireError } from '../../http/wire-error.ts';
import { toJsonObject } from '../to-json.ts';
import { getBranding, updateBranding } from './change-branding.ts';

type ThemeOperations = Pick<
  typeof MANAGEMENT_OPERATIONS,
  | 'createBrandingTheme'
  | 'getDefaultBrandingTheme'
  | 'getBrandingTheme'
  | 'updateBrandingTheme'
  | 'deleteBrandingTheme'
>;

const THEME_ID_LENGTH = 32;
const themeNotFound = () =>
  notFound('There was an error retrieving branding settings: invalid theme ID', 'theme_not_found');

function findTheme({ extra }: Branding, themeId?: string): JsonObject | undefined {
  const theme = extra?.theme;
  if (typeof theme !== 'object' || theme === null || Array.isArray(theme)) return undefined;
  const found = theme as JsonObject;
  return themeId === undefined || found.themeId === themeId ? found : undefined;
}

const setTheme = (branding: Branding, theme: BrandingThemeBody, themeId: string): Branding => ({
  ...branding,
  extra: { ...branding.extra, theme: toJsonObject({ ...theme, themeId }) },
});

/** The theme of a tenant's pages; it has one or none. */
export function brandingThemeHandlers(services: {
  readonly store: Store;
  readonly randomBytes: RandomBytes;
}): OperationHandlers<ThemeOperations> {
  const { store, randomBytes } = services;
  const getTheme = async (tenantId: string, themeId?: string): Promise<JsonObject> => {
    const theme = findTheme(await getBranding(store, tenantId), themeId);
    if (theme === undefined) throw themeNotFound();
    return theme;
  };
  return {
    createBrandingTheme: async ({ context, body }) => {
      const themeId = createAlphanumericId(randomBytes, THEME_ID_LENGTH);
      const { after } = await updateBranding(store, context.tenant.id, (branding) => {
        if (findTheme(branding) !== undefined) {
          throw new WireError(
            'conflict',
            'There was an error updating branding settings: The theme already exists',
          );
        }
        return setTheme(branding, body, themeId);
      });
      return { status: 200, body: findTheme(after) ?? {} };
    },
    getDefaultBrandingTheme: async ({ context }) => ({
      status: 200,
      body: await getTheme(context.tenant.id),
    }),
    getBrandingTheme: async ({ context, params }) => ({
      status: 200,
      body: await getTheme(context.tenant.id, params.themeId),
    }),
    updateBrandingTheme: async ({ context, params: { themeId }, body }) => {
      const { after } = await updateBranding(store, context.tenant.id, (branding) => {
        if (findTheme(branding, themeId) === undefined) throw themeNotFound();
        return setTheme(branding, body, themeId);
      });
      return { status: 200, body: findTheme(after) ?? {} };
    },
    deleteBrandingTheme: async ({ context, params: { themeId } }) => {
      await updateBranding(store, context.tenant.id, (branding) => {
        if (findTheme(branding, themeId) === undefined) throw themeNotFound();
        const { theme: _, ...extra } = branding.extra ?? {};
        return { ...branding, extra };
      });
      return { status: 204 };
    },
  };
}
