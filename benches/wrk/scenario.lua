-- One scenario, described by environment variables:
--   NAME, METHOD, TARGET (path; {id} is an id), BODY ({id}, {price}, {user}, {start} are replaced)
--   IDS, TOKENS      files with one entry a line, of IDS an id and perhaps a price; no TOKENS: anonymous
--   DAY              first day of {start}
--   STRIDE           threads: each takes every STRIDE-th request number
-- Request n books car n % #ids for customer n % #tokens at the start n / #tokens, so that no car and no customer ever has two
-- drives at once.
local threads = {}

function setup(thread)
  thread:set("tid", #threads)
  table.insert(threads, thread)
end

local function lines(path)
  local all = {}
  if path and path ~= "" then
    for line in io.lines(path) do if line ~= "" then all[#all + 1] = line end end
  end
  return all
end

function init(args)
  local e = os.getenv
  method, target, body = e("METHOD") or "GET", e("TARGET"), e("BODY") or ""
  ids, tokens = lines(e("IDS")), lines(e("TOKENS"))
  stride = tonumber(e("STRIDE") or "2")
  n = tid - stride
  math.randomseed(tid + 1)
  headers = { ["Accept"] = "application/json" }
  if body ~= "" then headers["Content-Type"] = "application/json" end
  if e("DAY") then
    local y, m, d = e("DAY"):match("(%d+)-(%d+)-(%d+)")
    first = os.time({ year = y, month = m, day = d, hour = 12 })
  end
  fixed = not (target .. body):find("{%a+}") and #tokens == 0
  if fixed then once = wrk.format(method, target, headers, body ~= "" and body or nil) end
end

function request()
  if fixed then return once end
  n = n + stride
  local books = body:find("{start}", 1, true) ~= nil
  local once_each = books or body:find("{price}", 1, true) ~= nil
  local entry = ids[once_each and 1 + n % #ids or math.random(#ids)] or ""
  local vars = { id = entry:match("%S+") or "", price = entry:match("%s(%S+)"), user = string.format("%05d", 51 + n % 1950) }
  if books then
    local turn = math.floor(n / #tokens)
    vars.start = os.date("!%Y-%m-%d", first + math.floor(turn / 8) * 86400) .. string.format("T%02d:00:00Z", 9 + turn % 8)
  end
  if #tokens > 0 then headers["Authorization"] = "Bearer " .. tokens[1 + n % #tokens] end
  local b = body:gsub("{(%a+)}", vars)
  return wrk.format(method, (target:gsub("{(%a+)}", vars)), headers, b ~= "" and b or nil)
end

function done(summary, latency, requests)
  local e, seconds = summary.errors, summary.duration / 1e6
  io.write(string.format(
    '{"server":"%s","database":"%s","scenario":"%s","rps":%.1f,"p50_ms":%.2f,"p99_ms":%.2f,"requests":%d,"errors":%d}\n',
    os.getenv("SERVER"), os.getenv("DATABASE"), os.getenv("NAME"), summary.requests / seconds, latency:percentile(50) / 1000,
    latency:percentile(99) / 1000, summary.requests, e.status + e.connect + e.read + e.write + e.timeout))
end
