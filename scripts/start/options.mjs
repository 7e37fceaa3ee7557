/** What a person may say on the command line of `npm start`. */
export const HELP = `居民健康卡系统 · Resident Health Card

  npm start                        发出第一张卡、在诊室读出来，并继续运行 · issue a card, read it, keep running
  npm start -- --once              第一张卡之后停止；全部成立才返回 0 · stop after the first card; exit 0 only if all held
  npm start -- --readers system    使用本机的 pcscd 和真实读卡器 · the machine's own pcscd and real readers
  npm start -- --tls               各服务凭自己证书机构的证书互认(双向 TLS) · mutual TLS, certificates from the own authority
  npm start -- --state FOLDER      状态放在别的文件夹（默认 var/）· state in another folder than var/
  npm run training                 培训:自己的数据库、虚拟卡,页面与打印件都带标记 · training: a database of its own, virtual cards, marked
  npm start -- --port N            三个服务从端口 N 起（默认 8101）· the three services from port N on
  npm start -- --help              本页 · this page

  npm run reset                    清空 var/ 下的全部状态 · clear all state

状态在 var/，日志在 var/log/ · state is in var/, logs in var/log/
`;

/** @param {readonly string[]} words */
export function parseOptions(words) {
  /** @type {{ once: boolean, tls: boolean, help: boolean, readers: 'private' | 'system', state: string | null, port: number, training: boolean, fault: string | null }} */
  const options = {
    once: false,
    tls: false,
    help: false,
    readers: 'private',
    state: null,
    port: 8101,
    training: false,
    fault: null,
  };
  const rest = [...words];
  while (rest.length > 0) {
    const word = rest.shift() ?? '';
    const [name, inline] = word.split('=', 2);
    if (name === '--once') options.once = true;
    else if (name === '--tls') options.tls = true;
    else if (name === '--training') options.training = true;
    else if (name === '--help' || name === '-h') options.help = true;
    else if (name === '--readers') {
      const value = inline ?? rest.shift();
      if (value === 'system' || value === 'private') options.readers = value;
      else options.fault = `--readers ${value ?? ''}: private | system`;
    } else if (name === '--state') {
      options.state = inline ?? rest.shift() ?? null;
      if (options.state === null) options.fault = '--state: 缺少文件夹 · the folder is missing';
    } else if (name === '--port') {
      options.port = Number(inline ?? rest.shift());
      // 500 above it are tried for each service.
      if (!Number.isInteger(options.port) || options.port < 1024 || options.port > 65_000)
        options.fault = '--port: 1024 – 65000';
    } else options.fault = `不认识的选项 · unknown option: ${word}`;
  }
  return options;
}
