import type { PartsManifest } from './pieces.ts';

export interface About {
  readonly site: string;
  readonly room: string;
  readonly addresses: readonly string[];
}

/** For whoever keeps 360, 火绒 or 腾讯管家 on these PCs: one page to print, Chinese first, without anything secret. */
export function whitelistSheet({ version, id, files }: PartsManifest, { site, room, addresses }: About): string {
  const rows = ROWS.flatMap(([installed, ...parts]) =>
    parts.flatMap((name) => {
      const file = files[name];
      const which = parts.length > 1 ? ` (${name})` : '';
      return file ? [`<tr><td>${escaped(installed + which)}</td><td><code>${file.sha256}</code></td></tr>`] : [];
    }),
  ).join('\n');
  const collectors = addresses.map(escaped).join(', ');
  return `<!DOCTYPE html>
<html lang="zh-CN"><head><meta charset="utf-8"><title>巡考 Xunkao ${escaped(site)} ${escaped(room)}</title>
<style>
body{font:14px/1.5 "Microsoft YaHei",sans-serif;max-width:50em;margin:2em auto;padding:0 1em;color:#111}
h1{font-size:1.4em}h2{font-size:1.1em;margin:1.2em 0 .3em}table{border-collapse:collapse;width:100%}
td,th{border:1px solid #888;padding:.2em .5em;text-align:left;vertical-align:top}code{font-size:11px;word-break:break-all}
.en{color:#444;font-size:.9em}@media print{body{margin:0}}
</style></head><body>
<h1>巡考代理程序：安装与安全软件信任说明</h1>
<p class="en">Xunkao agent: how to install it, and what security programs are to trust</p>
<p>考点 site <b>${escaped(site)}</b> · 考场 room <b>${escaped(room)}</b> · 采集器 collector <b>${collectors}</b> · 版本 version ${escaped(version)} (${escaped(id)})</p>

<h2>一、安装 · Installing</h2>
<ol>
<li>有还原卡或冰点、影子等还原保护的，先解除保护（解冻）并重启。<br><span class="en">Turn restore protection off (thaw) and restart.</span></li>
<li>按下表把文件加入安全软件的信任（白名单）。<br><span class="en">Trust the files of the table below.</span></li>
<li>右键 <code>install.cmd</code>，选“以管理员身份运行”，等到显示“成功”。域控开机脚本用 <code>install.cmd /quiet</code>。<br><span class="en">Right-click install.cmd, run it as administrator, wait for “Done”. Startup scripts: install.cmd /quiet.</span></li>
<li>重新打开还原保护，<b>重启一次</b>，在控制台上确认该座位重新在线；没有回来的座位要逐台查。<br><span class="en">Turn protection on again, restart once, and see on the console that the seat is back; look after each one that is not.</span></li>
</ol>

<h2>二、白名单 · What to trust</h2>
<p>360 安全卫士：木马查杀 → 信任区；火绒：防护中心 → 信任区；腾讯电脑管家：病毒查杀 → 信任区。请信任文件夹 <code>C:\\Program Files\\Xunkao</code>，并允许建立两个计划任务 <code>XunkaoAgent</code>、<code>XunkaoScreen</code>。<br>
<span class="en">Trust the folder, and allow the two scheduled tasks to be made.</span></p>
<table><tr><th>文件 file</th><th>SHA-256</th></tr>
${rows}
</table>

<h2>三、它做什么 · What it does</h2>
<ul>
<li>以 SYSTEM 身份在开机 30 秒后运行，优先级低于正常；只读取系统配置与状态（系统版本、处理器、内存、磁盘、显示器、网卡、浏览器与办公软件版本等）。<br><span class="en">Runs as SYSTEM half a minute after boot, below normal priority; reads how the machine is set up and doing.</span></li>
<li>只向上面的采集器发起加密连接；用户登录时另外记录一次屏幕分辨率。<br><span class="en">Dials the collector above over TLS; notes the size of the screen once at each sign-in.</span></li>
<li>数据在 <code>C:\\ProgramData\\Xunkao</code>，只有 SYSTEM 和管理员能读；日志自动换新，总共不超过 4 MB。<br><span class="en">Its data is for SYSTEM and administrators only; its log stays below 4 MB.</span></li>
</ul>
<h2>四、它从不做什么 · What it never does</h2>
<ul>
<li>不监听任何端口，不接受远程命令，不启动任何程序，不自动更新。<br><span class="en">It listens on no port, takes no command, starts no program, and never updates itself.</span></li>
<li>不读取键盘、屏幕内容、文件内容、浏览记录、麦克风和摄像头。<br><span class="en">It reads no keys, no screen content, no files, no history, no microphone and no camera.</span></li>
<li>不注入其他进程，不安装驱动和服务，不加壳；<code>node.exe</code> 是 Node.js 官方签名的原版文件。<br><span class="en">It injects into no process, brings no driver or service, is not packed; node.exe is Node.js' own signed file.</span></li>
</ul>

<h2>五、卸载 · Uninstalling</h2>
<p>以管理员身份运行 <code>uninstall.cmd</code>（<code>/keep</code> 保留身份数据）。<span class="en">Run uninstall.cmd as administrator; /keep keeps the machine's identity.</span></p>
</body></html>
`;
}

/** Where each file lies once installed, and the bundle's files that may be it. */
const ROWS: readonly (readonly [installed: string, ...parts: readonly string[]])[] = [
  ['C:\\Program Files\\Xunkao\\node.exe', 'node-13/node.exe', 'node-22/node.exe'],
  ['C:\\Program Files\\Xunkao\\xunkao-agent.js', 'xunkao-agent.js'],
  ['C:\\Program Files\\Xunkao\\native-reg.node', 'native-reg.node'],
  ['C:\\Program Files\\Xunkao\\xunkao-windows.node', 'xunkao-windows.node'],
  ['files\\install.js', 'install.js'],
];

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
