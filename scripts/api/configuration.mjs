/** `docs/configuration.md` from the settings of the services. */
import { settingsMarkdown } from '@rhc/service-shell';

/** @param {Readonly<Record<string, Readonly<Record<string, import('@rhc/service-shell').Setting>>>>} manifests */
export function configurationDocument(manifests) {
  return [
    '# 配置 · Configuration',
    '',
    '由各服务的配置清单生成(`npm run api`),请勿手改 · made from the settings of the services; not edited by hand.',
    '取值依次来自默认值、`--config` 所指的 JSON 文件、环境变量,后者优先 · values come from the default, a JSON file given by `--config`,',
    'and the environment, in rising precedence; never from the command line, which other users of the machine can read.',
    '',
    ...Object.entries(manifests).map(([service, manifest]) => settingsMarkdown(service, manifest)),
  ].join('\n');
}
