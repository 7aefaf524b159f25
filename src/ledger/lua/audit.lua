-- (seat fence last acked)… → ok {held first entries heard | gap | ended reason}… · wait ms. Renews lifetimes.
local refused = stale()
if refused then return refused end
local others = {}
for index = ARGS + 4, #ARGV, 4 do others[#others + 1] = ARGV[index] end
hot:load(others)
for index = ARGS, #ARGV, 4 do
  local n = ARGV[index]
  if place(n) and is_unclaimed(n) then
    finish_passing()
    return { 'wait', text(CLAIM_WAIT) }
  end
end
local answers = {}
for index = ARGS, #ARGV, 4 do
  local n, generation, seen, acked = unpack(ARGV, index, index + 3)
  answers[#answers + 1] = audit_one(n, tonumber(generation), tonumber(seen), tonumber(acked))
end
finish_passing()
return { 'ok', answers }
