-- Modules of Lua, with errors of C that are caught in Lua.
local lpeg, lfs, socket, posix = require "lpeg", require "lfs", require "socket", require "socket.unix"
local digits = lpeg.C(lpeg.R "09" ^ 1)
print(_VERSION, lpeg.match(lpeg.P "a" * digits, "a17"), lfs.attributes("/", "mode"), socket._VERSION, type(posix))
print(pcall(lpeg.match, 17))
print(package.loadlib("/nowhere.so", "x"))
print(pcall(require, "nowhere"))
