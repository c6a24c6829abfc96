# Loads every module of zsh, and takes back those that can go.
for folder in $module_path; do
  for file in $folder/zsh/**/*.so(N); do
    name=${${file#$folder/}%.so}
    zmodload $name 2> /dev/null && echo $name || echo "not $name"
  done
done
zmodload zsh/mathfunc zsh/datetime zsh/stat zsh/pcre zsh/regex zsh/zutil
echo $(( sqrt(289) )) $(( int(17.9) ))
[[ a17 =~ '([0-9]+)' ]] && echo $match[1]
pcre_compile 'b(\d+)' && pcre_match -- ab18 && echo $match[1]
zmodload -u zsh/mathfunc && zmodload zsh/mathfunc && echo $(( floor(2.5) ))
