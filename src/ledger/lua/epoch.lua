-- KEYS e, leases, leases' marks, hosts · ARGV id, epoch that begins, settle ms (0: it is the first), layout of what is stored → epoch, whether
-- it is new here. Nothing changes where another node has begun it, or a newer one.
local ERA, LEASES, MARKS, HOSTS = unpack(KEYS)
local id, epoch, settle, layout = unpack(ARGV)
local now = clock()
local present, of = unpack(redis.call('HMGET', ERA, 'n', 'id'))
present = tonumber(present or 0)
if present > tonumber(epoch) or present == tonumber(epoch) and of == id then
  return { string.format('%.0f', present), '0' }
end
local is_first = settle == '0'
redis.call('HSET', ERA, 'v', layout, 'n', epoch, 'id', id, 't', is_first and '0' or string.format('%.0f', now + settle))
redis.call('DEL', LEASES, MARKS, HOSTS)
if not is_first then redis.call('HSET', ERA, 'g', settle) end
return { epoch, '1' }
