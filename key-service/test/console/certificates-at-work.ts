/** 证书: a code for a machine, its request, the certificate; the next one in its place, the old one revoked and listed. */

import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { certificateRequest } from '../../src/authority/request.ts';
import { type ConsoleHouse, fitsTheScreen, LONG_MS, picture } from './console-house.ts';

const MACHINE = 'desk-1';

async function saved(page: Page, button: RegExp): Promise<Buffer> {
  const [file] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('button', { name: button }).first().click(),
  ]);
  return readFileSync(await file.path());
}

/** @returns the certificate that the page saved */
async function enrolled(page: Page): Promise<X509Certificate> {
  await page.getByRole('button', { name: /生成登记码/, disabled: false }).press('Enter');
  // The keyboard stands in the name, the second time too.
  await page.getByLabel(/^名称/).waitFor();
  await page.waitForFunction(() => document.activeElement?.id === 'name');
  await page.keyboard.type(MACHINE);
  await page.keyboard.press('Enter');
  const shown = page.locator('.code-large', { hasText: /\S{8}/ });
  await shown.waitFor();
  const code = (await shown.textContent()) ?? '';
  await page.keyboard.press('Escape');
  await page.locator('.code-large').waitFor({ state: 'hidden' });
  await page.getByRole('button', { name: /提交 CSR/ }).click();
  await page.getByRole('textbox', { name: /登记码/ }).fill(code);
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  await page.getByLabel(/请求文件内容/).fill(certificateRequest(keys, MACHINE));
  const certificate = new X509Certificate(await saved(page, /^签发/));
  expect(certificate.checkPrivateKey(keys.privateKey)).toBe(true);
  await page.getByText(/文件已下载/).waitFor();
  await page.getByRole('dialog').getByRole('button', { name: /返回/ }).click();
  await page.getByRole('dialog').waitFor({ state: 'hidden' });
  return certificate;
}

export function certificatesAtWork(house: ConsoleHouse): void {
  test(
    'certificates: code, request, certificate; renewed by a new one, the old one revoked and on the list',
    async () => {
      const page = await house.page('system-admin', 'certificates');
      const first = await enrolled(page);
      const second = await enrolled(page);
      const authority = new X509Certificate(await saved(page, /下载 CA 证书/));
      for (const each of [first, second]) expect(each.verify(authority.publicKey)).toBe(true);
      await page.context().close();

      const security = await house.page('security-admin', 'certificates');
      const serialOf = ({ serialNumber }: X509Certificate) => serialNumber.toLowerCase().replace(/^0+/, '');
      const row = security.locator('tbody tr', { hasText: new RegExp(serialOf(first), 'i') });
      await row.getByRole('button', { name: /吊销/, disabled: false }).press('Enter');
      await security.getByLabel(/说明/).fill('已换新证书');
      await security.keyboard.press('Enter');
      await row.getByText('已吊销 revoked').waitFor();
      expect(await fitsTheScreen(security)).toBe(true);
      await picture(security, 'certificates');
      await security.getByText('已吊销 revoked', { exact: true }).first().waitFor();
      const list = join(house.state, 'rhc-ca.crl');
      writeFileSync(list, await saved(security, /下载吊销列表/));
      const form = readFileSync(list).toString().startsWith('-----') ? 'PEM' : 'DER';
      const shown = execFileSync('openssl', ['crl', '-inform', form, '-in', list, '-noout', '-text']).toString();
      expect(shown.toLowerCase()).toContain(serialOf(first));
      expect(shown.toLowerCase()).not.toContain(serialOf(second));
      await security.context().close();
    },
    LONG_MS,
  );
}
