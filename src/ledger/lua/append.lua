-- Appends lines of what has happened to the room's log (`log.lua`).
local function append_events(prefix, tag, room, lines)
  local log = prefix .. 'ev:' .. tag .. ':' .. room
  local length = redis.call('RPUSH', log, unpack(lines))
  if length > EVENTS then redis.call('LTRIM', log, -EVENTS, -1) end
  redis.call('EXPIRE', log, EVENTS_TTL)
  redis.call('HINCRBY', prefix .. 'news:' .. tag, room, #lines)
end

-- Appends the one event of a usual case. `life`: the room's present one, which has begun, and its last number.
local function log_event(prefix, tag, room, life, at, what)
  local begun, last = life:match('^(%d+) (%d+)$')
  local numbered = begun .. ' ' .. string.format('%.0f', last + 1)
  append_events(prefix, tag, room, { numbered .. ' ' .. string.format('%.0f', at) .. ' ' .. what })
  redis.call('HSET', prefix .. 'r:' .. tag .. ':' .. room, 'v', numbered)
end
