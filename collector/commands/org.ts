import type { Bilingual } from '../../agent/probe.ts';
import { Trouble } from '../gateway/trouble.ts';
import { OrganizationRefusal } from '../organization/refusal.ts';
import type { Command } from './command.ts';
import { parse, say, WrongUse } from './options.ts';

const HELP: Bilingual = {
  zh: `用法：xunkao org serve [--listen 主机:端口] [--cert 文件 --key-file 文件] [--peer 主机:端口]
      xunkao org ticket --site 考点 --url https://主机:端口 [--name 名称] [--province 省份] [--key 公钥] [--days 天数] [--trusted]
      xunkao org import 文件 [--key 公钥]
      xunkao org packet --site 考点 --to 文件
      xunkao org account [--name 用户名 --role administrator|reviewer|viewer [--province 省份] [--site 考点] [--reset]]
      xunkao org send --pack 目录 | --parameters 文件 --all | --province 省份 | --site 考点
      xunkao org distribute
      xunkao org key [--replace]

培训评价组织的服务：收下各考点的记录，逐条核对、联署，并向考点签发文件。

serve       运行服务；同一数据库上可以同时运行几个进程，不分主次
ticket      开凭证，让一个考点加入：考点把它存成文件，写进 xunkao.yaml 的 organization
import      导入考点用 xunkao record export 写出的文件（没有网络的考点）
packet      把联署和文件写成一个文件，带到没有网络的考点，用 xunkao organization take 收下
send        向多个考点签发标准的新版本（先检查），或参数（YAML：先写规则，再写参数）
account     列出账号；给出 --name 就新建一个，打印首次登录的代码；--reset 重设密码
distribute  只有 Citus 需要：把表按 site_id 分布到各节点；其他数据库说明无需操作
key         打印机构公钥那一行：核对记录时用 xunkao verify --organization；--replace：原来的密钥已丢失，数据库改认现在这一把

  --data 目录       密钥和证书（各进程用同一份）；默认 ./organization
  --store 地址      postgres://用户@主机/库，或 SQLite 文件（试用）；默认环境变量 XUNKAO_STORE，再默认 目录/organization.db
                    密码写在 PGPASSWORD 或 ~/.pgpass，不要写在命令行
  --listen 地址     默认 0.0.0.0:9470，一律 HTTPS
  --cert、--key-file  公共证书机构签发的 PEM 证书和私钥；不给则用自建的 CA，凭证会带上它
  --trusted         凭证不带 CA：服务器用的是公共证书
  --token-file 文件 对端只为带此口令的考点服务
  --peer 地址       同一进程另外提供外网带宽实测的对端；几个进程里只在一个上打开，考点才排成一队
  --at-once N       对端同时为几个考点测速，1 到 16，默认 1；出口带宽不足 120 Mbit/s × N 时不要加大
`,
  en: `usage: xunkao org serve [--listen HOST:PORT] [--cert FILE --key-file FILE] [--peer HOST:PORT]
       xunkao org ticket --site SITE --url https://HOST:PORT [--name NAME] [--province NAME] [--key LINE] [--days N] [--trusted]
       xunkao org import FILE [--key LINE]
       xunkao org packet --site SITE --to FILE
       xunkao org account [--name NAME --role administrator|reviewer|viewer [--province LIST] [--site LIST] [--reset]]
       xunkao org send --pack DIR | --parameters FILE --all | --province LIST | --site LIST
       xunkao org distribute
       xunkao org key [--replace]

The certifying organization's service: takes the records of its sites, checks and co-signs them, and signs documents for them.

serve       runs the service; several processes may run on one database, none of them leads
ticket      lets one site join: kept there as a file and named in xunkao.yaml under organization
import      takes a file that xunkao record export wrote at a site without a route
packet      writes co-signatures and documents to a file for such a site, taken there with xunkao organization take
send        signs an edition of the standard, checked first, or parameters (YAML: by rule, then by parameter) for many sites
account     lists the accounts; with --name makes one and prints the code of its first sign-in; --reset for a lost password
distribute  for Citus alone: spreads the tables over its nodes by site_id; for other engines it says that nothing is to do
key         prints the organization's public key, a line: for xunkao verify --organization; --replace when the old one is lost:
            the database takes the folder's key instead

  --data DIR        keys and certificates, the same for all processes; ./organization when not given
  --store WHERE     postgres://USER@HOST/DATABASE, or a file of SQLite for a trial; else XUNKAO_STORE of the environment,
                    else DIR/organization.db. Passwords belong into PGPASSWORD or ~/.pgpass, not on a command line
  --listen ADDRESS  0.0.0.0:9470 when not given; HTTPS always
  --cert, --key-file  PEM certificate and key of a public CA; without them its own CA, which tickets carry
  --trusted         the ticket carries no CA: the server has a public certificate
  --token-file FILE the peer serves only sites that have this token
  --peer ADDRESS    serves the throughput peer as well; on one of several processes only, so that sites wait in one queue
  --at-once N       sites that the peer measures at once, 1 to 16, one when not given; the line has to carry 120 Mbit/s for each
`,
};

export const command: Command = async (args) => {
  const options = parse(
    args,
    HELP,
    {
      data: { type: 'string' },
      store: { type: 'string' },
      listen: { type: 'string' },
      cert: { type: 'string' },
      'key-file': { type: 'string' },
      peer: { type: 'string' },
      'token-file': { type: 'string' },
      'at-once': { type: 'string' },
      site: { type: 'string' },
      url: { type: 'string' },
      name: { type: 'string' },
      province: { type: 'string' },
      key: { type: 'string' },
      days: { type: 'string' },
      trusted: { type: 'boolean' },
      to: { type: 'string' },
      role: { type: 'string' },
      pack: { type: 'string' },
      parameters: { type: 'string' },
      all: { type: 'boolean' },
      replace: { type: 'boolean' },
      reset: { type: 'boolean' },
    },
    2,
  );
  if (!options) return 0;
  const [verb = '', file] = options.positionals;
  // Only now: whoever asks for help need not wait for a server's modules.
  const { VERBS } = await import('./orgVerbs.ts');
  const act = VERBS[verb];
  if (!act) {
    const known = Object.keys(VERBS).join(', ');
    throw new WrongUse({ zh: `须写明 ${known} 之一`, en: `say one of ${known}` }, HELP);
  }
  try {
    return await act({ ...options.values, file });
  } catch (error) {
    const words = error instanceof Trouble ? error.text : error instanceof OrganizationRefusal ? error.words : null;
    if (!words) throw error;
    process.stderr.write(`xunkao org: ${say(words)}\n`);
    return 1;
  }
};
