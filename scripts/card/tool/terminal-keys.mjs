/** Whose keys the tool works with: the public pilot roots, key-service, or nobody's. */
import { ToolFailure } from './failure.mjs';

/** @param {import('./options.mjs').Options} options @returns {Promise<import('@rhc/card/session').TerminalKeys | null>} */
export async function terminalKeys({ pilotKeys, keyService, suite }) {
  if (pilotKeys) {
    const { randomBytes } = await import('node:crypto');
    const { nodeCrypto } = await import('@rhc/card/crypto-node');
    const { nationalProfile } = await import('@rhc/card/profile');
    const { pilotRoot } = await import('@rhc/card/secure-messaging');
    const { localTerminalKeys } = await import('@rhc/card/session');
    return localTerminalKeys({
      crypto: nodeCrypto,
      suite,
      profile: nationalProfile,
      random: (length) => new Uint8Array(randomBytes(length)),
      root: (slot, version) => pilotRoot(nodeCrypto, slot, version),
    });
  }
  if (keyService === null) return null;
  const { readFileSync } = await import('node:fs');
  const { KeyServiceClient, terminalKeysOver } = await import('@rhc/key-service/client');
  let token;
  try {
    token = readFileSync(keyService.tokenFile, 'utf8').trim();
  } catch {
    throw new ToolFailure(
      'CARD_TOOL_TOKEN_MISSING',
      {
        zh: `无法读取令牌文件 ${keyService.tokenFile}。`,
        en: `The token file ${keyService.tokenFile} cannot be read.`,
      },
      { zh: 'npm start 的令牌在 var/tokens/ 下。', en: 'npm start keeps its tokens below var/tokens/.' },
    );
  }
  return terminalKeysOver(new KeyServiceClient({ baseUrl: keyService.url, token: () => token }), suite);
}

/** For what is read without any key: every question is refused. @param {import('@rhc/card/profile').AlgorithmSuite} suite */
export function noKeys(suite) {
  const refuse = async () => {
    throw new ToolFailure(
      'CARD_TOOL_KEYS_NEEDED',
      { zh: '此内容需要密钥。', en: 'This needs keys.' },
      {
        zh: '请加 --pilot-keys（试点卡），或 --key-service URL --token-file F。',
        en: 'Add --pilot-keys (pilot cards), or --key-service URL --token-file F.',
      },
    );
  };
  return {
    suite,
    activeVersion: refuse,
    externalAuthentication: refuse,
    verifyInternalAuthentication: refuse,
    protect: refuse,
  };
}
