#!lua flags=allow-oom
-- KEYS chat, chats, bytes (see `keep.lua`)
-- ARGV `read`, room, max, bytes → {{<data>⏎<name>, …} oldest first, how many older ones were dropped}
-- ARGV `stored`, room, count, last, dropped → nothing. Removes so many of the oldest if `last` is the newest of them: else another
-- node has removed some. So many dropped ones are noted.
local CHAT, CHATS, BYTES = KEYS[1], KEYS[2], KEYS[3]
local what, room, count, last = unpack(ARGV)
local OVERHEAD, CHUNK = 64, 16
local DROPPED = 'dropped:' .. room
local function text(number) return string.format('%.0f', math.max(number, 0)) end
local function kept()
  local fields = redis.call('HMGET', BYTES, room, 'all', DROPPED)
  local bytes, number = tostring(fields[1] or ''):match('^(%d+) (%d+)$')
  return tonumber(bytes or 0), tonumber(number or 0), tonumber(fields[2] or 0), tonumber(fields[3] or 0)
end
count = tonumber(count)

if what == 'read' then
  local said, bytes, most = {}, 0, tonumber(ARGV[4])
  for first = 0, count - 1, CHUNK do
    local some = redis.call('LRANGE', CHAT, first, math.min(first + CHUNK, count) - 1)
    for _, one in ipairs(some) do
      bytes = bytes + #one
      if bytes > most and #said > 0 then break end
      said[#said + 1] = one
    end
    if #some < CHUNK or bytes > most then break end
  end
  local own, number, all, dropped = kept()
  if #said == 0 then
    redis.call('SREM', CHATS, room)
    if number > 0 then -- it has expired
      dropped = dropped + number
      redis.call('HSET', BYTES, 'all', text(all - own), DROPPED, text(dropped))
      redis.call('HDEL', BYTES, room)
    end
  end
  return { said, dropped }
end

local own, number, all, dropped = kept()
if count > 0 and redis.call('LINDEX', CHAT, count - 1) == last then
  for _, one in ipairs(redis.call('LRANGE', CHAT, 0, count - 1)) do
    local size = #one + OVERHEAD
    own, number, all = own - size, number - 1, all - size
  end
  redis.call('LTRIM', CHAT, count, -1)
end
if redis.call('EXISTS', CHAT) == 0 then
  redis.call('SREM', CHATS, room)
  redis.call('HDEL', BYTES, room)
  all = all - own
else
  redis.call('HSET', BYTES, room, text(own) .. ' ' .. text(number))
end
redis.call('HSET', BYTES, 'all', text(all))
-- What was dropped since is another gap.
if dropped > 0 and tonumber(ARGV[5]) == dropped then redis.call('HDEL', BYTES, DROPPED) end
return redis.status_reply('OK')
