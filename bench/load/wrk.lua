-- Sends what the folder in the first argument says: paths and bodies, one a line, of which each request takes one at random.

local paths, bodies, starts, host

local function lines(file)
  local found = {}
  for line in io.lines(file) do found[#found + 1] = line end
  return found
end

function init(args)
  local folder = args[1]
  math.randomseed(tonumber(args[2]))
  paths = lines(folder .. "/paths")
  bodies = lines(folder .. "/bodies")
  local head = lines(folder .. "/head")
  local method = table.remove(head, 1)
  host = " HTTP/1.1\r\nHost: " .. wrk.host .. ":" .. wrk.port .. "\r\n"
  for _, header in ipairs(head) do host = host .. header .. "\r\n" end
  for i, path in ipairs(paths) do paths[i] = method .. " " .. path end
  for i, body in ipairs(bodies) do bodies[i] = "Content-Length: " .. #body .. "\r\n\r\n" .. body end
  if #bodies == 0 then bodies[1] = "\r\n" end
end

function request()
  return paths[math.random(#paths)] .. host .. bodies[math.random(#bodies)]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"refused":%d,"unanswered":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
