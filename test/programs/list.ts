// Real programs, what they need, and how they are called. A program must say the same with our dlopen as with glibc's.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { NpmPackage } from "../../scripts/npm.js";
import { ROOT } from "../support/files.js";
import { type Needs, PYTHON } from "./trees.js";

/** A program. */
export interface Program {
  readonly name: string;
  readonly needs?: Needs;
  /** C that is compiled to a library `NAME.so` beside it, with the tree's headers. */
  readonly library?: string;
  /** How it is called, with the folder of what it needs. */
  readonly command: (tree: string) => readonly string[];
  readonly env?: (tree: string) => Readonly<Record<string, string>>;
  readonly input?: string;
  /** A part of what it says, so that it is known to have worked. */
  readonly says: RegExp;
  /** Which objects that are loaded count: its modules. */
  readonly of: RegExp;
  /** How many of them there are at least. */
  readonly least: number;
  /** Too much to fetch for every run of the tests. */
  readonly isLarge?: true;
}

const TRIPLET = "x86_64-linux-gnu";
const LIB = `usr/lib/${TRIPLET}`;

const script = (name: string): string => join(ROOT, "test/programs/scripts", name);

const npm = (version: string, name: string): NpmPackage => ({ name, version });

/** A program of a tree finds its libraries there. */
const searching = (tree: string): Record<string, string> => ({ LD_LIBRARY_PATH: [LIB, `lib/${TRIPLET}`].map((path) => join(tree, path)).join(":") });

const python = (name: string): readonly string[] => [PYTHON, "-s", "-B", script(name)];

const wheels = (tree: string): Record<string, string> => ({ PYTHONPATH: join(tree, "wheels") });

const PHP_MODULES = "usr/lib/php/20220829", NGINX_MODULES = "usr/lib/nginx/modules", APACHE_MODULES = "usr/lib/apache2/modules";

const modulesIn = (folder: string): string[] => readdirSync(folder).filter((name) => name.endsWith(".so")).map((name) => name.replace(/\.so$/, "")).sort();

/** These first, in this order, for others need them. */
const withFirst = (names: readonly string[], ...first: readonly string[]): string[] => [...first, ...names.filter((name) => !first.includes(name))];

const NGINX = ["ndk_http_module", "ngx_stream_module", "ngx_mail_module", "ngx_http_image_filter_module", "ngx_http_xslt_filter_module", "ngx_http_echo_module", "ngx_http_geoip_module"];

const nginxConfiguration = (tree: string): string => `${NGINX.map((name) => `load_module ${join(tree, NGINX_MODULES, name)}.so;`).join("\n")}
daemon off; master_process off; pid {folder}/pid; error_log stderr warn;
events {}
http {
  access_log off; gzip on; gzip_types text/plain; default_type text/plain;
  ${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path {folder}/${name};`).join(" ")}
  server { listen 127.0.0.1:{port}; root {folder}; }
}
stream {}
mail {}
`;

/** A parent and a child with threads, for without a parent (-X) apache itself crashes or hangs in one of a hundred of its ends. */
function apacheConfiguration(tree: string): string {
  const folder = join(tree, APACHE_MODULES), names = modulesIn(folder).filter((name) => !["mod_mpm_prefork", "mod_mpm_worker"].includes(name));
  const loads = withFirst(names, "mod_mpm_event", "mod_ldap").map((name) => `LoadModule ${name.replace(/^mod_/, "")}_module ${folder}/${name}.so`);
  return `${loads.join("\n")}
ServerRoot {folder}
ServerName localhost
Listen 127.0.0.1:{port}
PidFile {folder}/pid
DefaultRuntimeDir {folder}
DocumentRoot {folder}
ErrorLog {folder}/log
TypesConfig /dev/null
User #65534
Group #65534
AddType text/plain .txt
AddOutputFilterByType DEFLATE text/plain
StartServers 1
ThreadsPerChild 4
MaxRequestWorkers 4
<Directory {folder}>
  Require all granted
</Directory>
`;
}

const serve = (configuration: string, ...command: readonly string[]): readonly string[] => [PYTHON, "-s", "-B", script("serve.py"), configuration, ...command];

const SQL = `.load ./extension.so sqlite3_extension_init
select twice(17), (select product(value) from json_each('[2,3,4]'));
select group_concat(value, '') from (select value from json_each('["b","c","a"]') order by value collate backwards);
${["csvtable", "xpath", "zipfile", "impexp", "blobtoxy"].map((name) => `.load libsqlite3_mod_${name}`).join("\n")}
select count(*) > 5 from pragma_module_list;
`;

const GAWK = ["filefuncs", "fnmatch", "fork", "inplace", "intdiv", "ordchr", "readdir", "readfile", "revoutput", "revtwoway", "rwarray"];

const gst = (tree: string): Record<string, string> => ({
  ...searching(tree), GST_REGISTRY: "registry.bin", GST_REGISTRY_FORK: "no", GST_PLUGIN_SYSTEM_PATH_1_0: join(tree, LIB, "gstreamer-1.0"),
});

const MAGICK = `${LIB}/ImageMagick-6.9.11/modules-Q16/coders`;
/** Formats that ImageMagick writes and reads again, each by a module. */
const FORMATS = ["bmp", "dib", "gif", "jpg", "miff", "pcx", "png", "ppm", "sgi", "sun", "tga", "tif", "webp", "xbm", "xpm", "xwd", "viff", "rgb", "gray", "fits", "palm", "pict", "psd"];

/** All of them. Numbers of modules are those of Debian 12, with what scripts/setup installs and nothing more. */
export const PROGRAMS: readonly Program[] = [
  {
    name: "python3: every extension module of its standard library",
    command: () => [PYTHON, "-I", "-B", script("stdlib.py")],
    says: /_ssl.*\nTrue [^]*\(5050, 1\.4142[^]*\[1, 2, 3, 4, 5\]/, of: /\/lib-dynload\//, least: 40,
  },
  {
    name: "python3: numpy", needs: { wheels: ["numpy==2.2.6"] }, command: () => python("arrays.py"), env: wheels,
    says: /^2\.2\.6 True/, of: /\/numpy[./]/, least: 15,
  },
  {
    name: "python3: lxml", needs: { wheels: ["lxml==5.4.0"] }, command: () => python("markup.py"), env: wheels,
    says: /\['two'\][^]*<c>3<\/c>[^]*mismatch/, of: /\/lxml\//, least: 3,
  },
  {
    name: "python3: scipy, pandas, pillow, cryptography",
    needs: { wheels: ["numpy==2.2.6", "scipy==1.15.3", "pillow==11.2.1", "cryptography==45.0.3", "cffi==1.17.1", "pandas==2.2.3", "python-dateutil==2.9.0.post0", "pytz==2025.2", "six==1.17.0"] },
    command: () => python("science.py"), env: wheels, says: /0\.841470985[^]*'a': 4[^]*WEBP/, of: /\/wheels\//, least: 150, isLarge: true,
  },
  {
    name: "python3: Qt, off-screen", needs: { debian: ["python3-pyqt5"] },
    command: () => python("window.py"),
    env: (tree) => ({ ...searching(tree), PYTHONPATH: join(tree, "usr/lib/python3/dist-packages"), QT_QPA_PLATFORM: "offscreen", QT_PLUGIN_PATH: join(tree, LIB, "qt5/plugins") }),
    says: /offscreen \['typed'\] 200 100/, of: /[qQ]t5?/, least: 15,
  },
  {
    name: "perl: every XS module", command: () => ["/usr/bin/perl", script("modules.pl")],
    says: /^\d+ .*POSIX[^]*17 55 4 3/, of: /\/auto\//, least: 45,
  },
  { name: "perl: threads", command: () => ["/usr/bin/perl", script("threads.pl")], says: /^\d+$/m, of: /\/auto\//, least: 4 },
  {
    name: "node: rollup, oxc, koffi",
    needs: { npm: [npm("4.67.4", "@rollup/rollup-linux-x64-gnu"), npm("0.154.0", "@oxc-parser/binding-linux-x64-gnu"), npm("3.3.4", "@koromix/koffi-linux-x64")] },
    command: (tree) => [process.execPath, script("addons.cjs"), tree], says: /^rollup .*parse[^]*koffi 17 2 9/, of: /\.node$/, least: 3,
  },
  {
    name: "php: its extensions",
    needs: { debian: ["php8.2-cli", ...["bcmath", "bz2", "curl", "gd", "gmp", "intl", "mbstring", "soap", "sqlite3", "xml", "zip"].map((name) => `php8.2-${name}`)] },
    command: (tree) => {
      const modules = join(tree, PHP_MODULES), names = withFirst(modulesIn(modules).filter((name) => name !== "opcache"), "dom", "xml", "pdo");
      const settings = [`extension_dir=${modules}`, "zend_extension=opcache", "opcache.enable_cli=1", ...names.map((name) => `extension=${name}`)];
      return [join(tree, "usr/bin/php8.2"), "-n", ...settings.flatMap((one) => ["-d", one]), script("modules.php")];
    },
    env: searching, says: /GRÜN 1267650600228229401496703205376[^]*SoapFault/, of: /\/php\//, least: 36,
  },
  {
    name: "apache2: every module, and a page", needs: { debian: ["apache2-bin"] },
    command: (tree) => serve(apacheConfiguration(tree), join(tree, "usr/sbin/apache2"), "-DFOREGROUND", "-f", "{folder}/server.conf"),
    env: searching, says: /^200 None True False\n200 gzip False True\n0\n$/, of: /\/mod_\w+\.so$/, least: 110,
  },
  {
    name: "nginx: its modules, and a page",
    needs: { debian: ["nginx", ...["image-filter", "xslt-filter", "echo", "geoip", "ndk"].map((name) => `libnginx-mod-http-${name}`), "libnginx-mod-stream", "libnginx-mod-mail"] },
    command: (tree) => serve(nginxConfiguration(tree), join(tree, "usr/sbin/nginx"), "-c", "{folder}/server.conf", "-e", "stderr"),
    env: searching, says: /^200 None True False\n200 gzip False True\n0\n$/, of: /_module\.so$/, least: NGINX.length,
  },
  {
    name: "sqlite3: an extension of our own, and Debian's",
    needs: { debian: ["sqlite3", "libsqlite3-dev", ...["csvtable", "xpath", "zipfile", "impexp", "blobtoxy"].map((name) => `libsqlite3-mod-${name}`)] },
    library: "extension", command: (tree) => [join(tree, "usr/bin/sqlite3"), "-batch", "-init", "/dev/null", ":memory:"], env: searching, input: SQL,
    says: /^34\|24\ncba\n1\n$/, of: /extension\.so|sqlite3_mod/, least: 6,
  },
  {
    name: "zsh: every module", needs: { debian: ["zsh", "libpcre3"] },
    command: (tree) => [join(tree, "bin/zsh"), "-f", "-c", `module_path=(${join(tree, LIB, "zsh/5.9")}); . ${script("modules.zsh")}`], env: searching,
    says: /zsh\/zle\n[^]*17\. 17\n17\n18\n2\.\n$/, of: /\/zsh\/\w+\.so/, least: 30,
  },
  {
    name: "ruby: every extension", needs: { debian: ["ruby3.1"] },
    command: (tree) => [join(tree, "usr/bin/ruby3.1"), "-W0", script("modules.rb")],
    env: (tree) => ({ ...searching(tree), RUBYLIB: ["usr/lib/ruby/3.1.0", `${LIB}/ruby/3.1.0`].map((path) => join(tree, path)).join(":") }),
    says: /openssl[^]*1\.4142135623730950\nfalse[^]*child \d+/, of: /\/ruby\//, least: 90,
  },
  {
    name: "lua: its modules", needs: { debian: ["lua5.4", "lua-lpeg", "lua-filesystem", "lua-socket"] },
    command: (tree) => [join(tree, "usr/bin/lua5.4"), script("modules.lua")],
    env: (tree) => ({ ...searching(tree), LUA_CPATH: join(tree, LIB, "lua/5.4/?.so"), LUA_PATH: join(tree, "usr/share/lua/5.4/?.lua") }),
    says: /^Lua 5\.4\t17\tdirectory/, of: /\/lua\/5\.4\//, least: 4,
  },
  {
    name: "gawk: its extensions", needs: { debian: ["gawk"] },
    command: (tree) => [join(tree, "usr/bin/gawk"), ...GAWK.flatMap((name) => ["-l", name]), 'BEGIN { print ord("a"), fnmatch("*.c", "x.c", 0), intdiv(17, 5, r), r["quotient"], stat("/", s) }'],
    env: (tree) => ({ ...searching(tree), AWKLIBPATH: join(tree, LIB, "gawk") }), says: /^97 0 0 3 0$/m, of: /\/gawk\//, least: GAWK.length,
  },
  {
    name: "openssl: a provider that is a module", needs: { debian: ["openssl", "libssl3"] },
    command: (tree) => [join(tree, "usr/bin/openssl"), "dgst", "-md4", "-provider", "legacy", "-provider", "default"], input: "abc\n",
    env: (tree) => ({ ...searching(tree), OPENSSL_MODULES: join(tree, LIB, "ossl-modules"), OPENSSL_CONF: "/dev/null" }),
    says: /365383baa5e34ce9474586307c1b01bf/, of: /legacy\.so$/, least: 1,
  },
  {
    name: "gstreamer: every plugin", needs: { debian: ["gstreamer1.0-tools", "gstreamer1.0-plugins-base", "gstreamer1.0-plugins-good"] },
    command: (tree) => [join(tree, "usr/bin/gst-inspect-1.0")], env: gst, says: /Total count: \d+ plugins/, of: /\/libgst\w+\.so$/, least: 90, isLarge: true,
  },
  {
    name: "gstreamer: a pipeline", needs: { debian: ["gstreamer1.0-tools", "gstreamer1.0-plugins-base", "gstreamer1.0-plugins-good"] },
    command: (tree) => ["/bin/sh", "-c", `'${join(tree, "usr/bin/gst-launch-1.0")}' -q audiotestsrc num-buffers=20 ! audioconvert ! flacenc ! filesink location=/dev/stdout | sha256sum`],
    env: gst, says: /^[0-9a-f]{64} {2}-$/m, of: /\/libgst\w+\.so$/, least: 5, isLarge: true,
  },
  {
    name: "imagemagick: a module for each format", needs: { debian: ["imagemagick-6.q16"] },
    command: (tree) => ["/bin/sh", "-c", `for format in ${FORMATS.join(" ")}; do echo $format; '${join(tree, "usr/bin/convert-im6.q16")}' -size 32x32 gradient:red-blue -strip -depth 8 $format:- | md5sum; done`],
    env: (tree) => ({ ...searching(tree), MAGICK_CODER_MODULE_PATH: join(tree, MAGICK), MAGICK_CONFIGURE_PATH: join(tree, "etc/ImageMagick-6") }),
    says: /^png\n[0-9a-f]{32} /m, of: /\/coders\/\w+\.so/, least: 20, isLarge: true,
  },
];
