import type { Bilingual } from '../../../../agent/probe.ts';

/** The folder for a room's Windows PCs. */
export const BUNDLE_WORDS = {
  bundle_make: { zh: '下载 Windows 安装包', en: 'Download the folder for Windows' },
  bundle_about: {
    zh: 'Windows 考场电脑用安装包：解压到 U 盘或共享，在每台电脑上以管理员身份运行 install.cmd。里面已有新开的凭证。',
    en: 'For a room’s Windows PCs take the folder: unzip it on a stick or a share and run install.cmd as administrator on each PC. A fresh ticket is in it.',
  },
  bundle_coming: {
    zh: '安装包（{mb} MB）正在下载。先打印其中的 whitelist.html，再照它安装；装好后每台电脑重启一次。',
    en: 'The folder ({mb} MB) is being downloaded. Print its whitelist.html first and do as it says; restart each PC once when it is installed.',
  },
} as const satisfies Readonly<Record<string, Bilingual>>;
