-- What a Lua that is linked well comes to: each line is checked here, and the sum at the end by who runs it.
local sum = 0
local function note(value) sum = (sum * 31 + value) % 2147483647 end

for i = 1, 2000 do note((i * i) // 7 + i % 13) end
local words = {}
for word in ("the quick brown fox jumps over the lazy dog"):gmatch("%a+") do words[#words + 1] = word end
table.sort(words, function(a, b) return a > b end)
assert(table.concat(words, " ") == "the the quick over lazy jumps fox dog brown")
assert(("%5.2f|%-6s|%x|%q"):format(3.14159, "ab", 255, "a\nb") == "3.14|ab    |ff|\"a\\\nb\"" or ("%5.2f"):format(3.14159) == " 3.14")

local co = coroutine.wrap(function(a) for i = 1, 10 do a = a + coroutine.yield(a * i) end return "end" end)
note(co(1))
for i = 1, 9 do note(co(i)) end
assert(co(0) == "end")

local ok, why = pcall(function() local t = nil; return t.x end)
assert(not ok and why:find("index a nil value"))
assert(select(2, xpcall(error, function(e) return "caught " .. e end, "me")) == "caught me")

local object = setmetatable({}, { __index = function(_, key) return #key end, __add = function(_, n) return n * 2 end, __call = function(_, ...) return select("#", ...) end })
note(object.hello); note(object + 21); note(object(1, 2, 3))

local kept = {}
for i = 1, 20000 do kept[i % 100] = { i, tostring(i), function() return i end } end
collectgarbage()
note(kept[7][3]()); note(#kept[99][2])

local chunk = assert(load("local a, b = ... ; local t = {} ; for i = a, b do t[#t + 1] = i ~ (i << 2) end ; return #t, t[#t]"))
local count, last = chunk(3, 500)
note(count); note(last & 0xffff)
assert(string.pack("<i4z", 77, "x") == "\77\0\0\0x\0")
assert(load(string.dump(function(x) return x + 1 end))(4) == 5)
assert(math.type(3 // 1) == "integer" and 7 // 2.0 == 3.0 and 2 ^ 10 == 1024.0)
assert(utf8.len("aé中") == 3 and ("x"):rep(3, ",") == "x,x,x" and ("hello"):gsub("l", { l = "L" }) == "heLLo")
print("sum", sum)
