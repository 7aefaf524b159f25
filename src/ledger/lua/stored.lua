-- KEYS log, news · ARGV room, life, number → ok. Events up to this one are stored; of one that is not among those that are not: nothing.
local count = tonumber(redis.call('HGET', KEYS[2], ARGV[1]) or 0)
if count == 0 then return { 'ok' } end
local events, sought = redis.call('LRANGE', KEYS[1], -count, -1), ARGV[2] .. ' ' .. ARGV[3] .. ' '
for index = #events, 1, -1 do
  if events[index]:sub(1, #sought) == sought then
    if index == #events then
      redis.call('HDEL', KEYS[2], ARGV[1])
    else
      redis.call('HSET', KEYS[2], ARGV[1], #events - index)
    end
    break
  end
end
return { 'ok' }
