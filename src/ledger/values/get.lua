#!lua flags=no-writes
-- KEYS value → its text and how many ms it still lives, or nothing. A user without the right to PTTL is answered 0.
local text = redis.call('GET', KEYS[1])
if not text then return false end
local left = redis.pcall('PTTL', KEYS[1])
return { text, type(left) == 'number' and math.max(left, 0) or 0 }
