-- KEYS e…, leases, leases' marks · ARGV id, newest epoch that the caller knows, settle ms, force
--   → epoch, whether it is new. Another server, or one that has lost what it had stored, begins a new epoch.
local eras, LEASES, MARKS = #KEYS - 2, KEYS[#KEYS - 1], KEYS[#KEYS]
local id, known, settle, force = unpack(ARGV)
local now, newest, is_known = clock(), tonumber(known), force ~= '1'
for place = 1, eras do
  local era = redis.call('HMGET', KEYS[place], 'n', 'id')
  newest = math.max(newest, tonumber(era[1] or 0))
  is_known = is_known and era[1] and era[2] == id
end
if is_known then return { string.format('%.0f', newest), '0' } end
local epoch = string.format('%.0f', newest + 1)
local settles = newest == 0 and '0' or string.format('%.0f', now + settle)
for place = 1, eras do redis.call('HSET', KEYS[place], 'n', epoch, 'id', id, 't', settles) end
redis.call('DEL', LEASES, MARKS)
if newest > 0 then redis.call('HSET', MARKS, 'forgotten', settle) end
return { epoch, '1' }
