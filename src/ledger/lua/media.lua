-- A room's media: hot `M` is `<server>⏎<instance>⏎<mode> <media epoch>`, both names empty without a media server; cold `P<n>` are the
-- producers of a seat, each a line `<id> <source> <kind> <1 if paused>`. Follows the prelude.

-- The media server's two names, the mode and the media epoch; nothing if media was never placed.
local function hosting()
  return (hot:get('M') or ''):match('^([^\n]*)\n([^\n]*)\n(%a+) (%d+)$')
end

local function producers(n)
  local lines = {}
  for line in (cold:get('P' .. n) or ''):gmatch('[^\n]+') do lines[#lines + 1] = line end
  return lines
end

local function store_producers(n, lines)
  local PRODUCERS_MAX = 8
  cold:set('P' .. n, #lines > 0 and table.concat(lines, '\n', 1, math.min(#lines, PRODUCERS_MAX)) or false)
end

-- Media flows otherwise, or elsewhere: producers have ended.
local function change_hosting(now_at)
  local names = {}
  for _, n in ipairs(seats) do names[#names + 1] = 'P' .. n end
  cold:load(names)
  for _, name in ipairs(names) do cold:clear(name) end
  hot:set('M', now_at)
end

-- All that is known, as joins and resumes answer it: `M`, and a line `<n> <session> <producer>` for each producer.
local function media()
  local at, names = hot:get('M'), {}
  if not at then return '' end
  for _, n in ipairs(seats) do names[#names + 1], names[#names + 2] = 'P' .. n, n end
  cold:load(names)
  local lines = { at }
  for _, n in ipairs(seats) do
    for _, line in ipairs(producers(n)) do lines[#lines + 1] = n .. ' ' .. about(n, SESSION) .. ' ' .. line end
  end
  return table.concat(lines, '\n')
end

-- What each media server was last heard as, by name: `<until> <1 if it drains> <instance>`.
local function hosts() return PREFIX .. 'hosts:' .. TAG end

local function is_kept_at(server, instance)
  local heard = server ~= '' and redis.call('HGET', hosts(), server) or ''
  local at, drains, run = heard:match('^(%d+) (%d) (.*)$')
  return run == instance and drains == '0' and tonumber(at) > now()
end

-- Whoever asked for a seat's end, or (`0` and `-`) the room's, deletes at the media server what there was.
local function unhost(n, session)
  local server, instance = hosting()
  if server and server ~= '' then
    told[#told + 1] = { node = NODE, seats = { n }, session = session, host = server .. '\n' .. instance }
  end
end
