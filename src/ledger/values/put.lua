#!lua
-- KEYS value · ARGV text, its revision (-1: removed), ms to live → 1 if it is stored, 0 if a newer state is there
local old, revision = redis.call('GET', KEYS[1]), tonumber(ARGV[2])
if old and revision >= 0 then
  local is_known, state = pcall(cjson.decode, old)
  if is_known and type(state) == 'table' and (state.removed or (tonumber(state.revision) or 0) > revision) then
    return 0
  end
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
return 1
