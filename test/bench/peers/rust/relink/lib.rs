//! Relink (the crate elf_loader), used as its own benchmark uses it: what the system has loaded is imported before, and stays.

use elf_loader::arch::NativeArch;
use elf_loader::image::{LoadedObject, Module, ModuleHandle};
use elf_loader::input::{ElfBinary, Path, PathBuf};
use elf_loader::linker::{GraphModule, LdCache, LoadResult, SearchConfig, SearchPathResolver};
use elf_loader::object::{SectionGroups, SectionLifetime};
use elf_loader::os::ProtFlags;
use elf_loader::tls::DefaultTlsResolver;
use elf_loader::{AddressSpaceId, Domain, LinkContext, Linker, Loader, Relocator, Result, host};
use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::sync::Mutex;

type Context = LinkContext<(), NativeArch, DefaultTlsResolver>;

/// What is loaded, and where its symbols are looked for: in itself, then in what was loaded with it.
struct Loaded {
    result: Option<LoadResult>,
    modules: Vec<*const dyn Module>,
    /// Each object is a module, held by those behind it.
    objects: Vec<ModuleHandle>,
}

struct Relink {
    context: Context,
    hosts: Vec<ModuleHandle>,
    groups: SectionGroups,
    open: Box<dyn Fn(&mut Context, PathBuf) -> Result<LoadResult>>,
    open_memory: Box<dyn Fn(&mut Context, &[u8]) -> Result<LoadResult>>,
}

static mut RELINK: Option<Relink> = None;
static ERROR: Mutex<Option<CString>> = Mutex::new(None);

/// The driver loads by one thread only.
fn relink() -> &'static mut Relink {
    unsafe { (*&raw mut RELINK).as_mut().unwrap() }
}

/// Paths of all that the system's linker has loaded, but for the program.
fn system_paths() -> Vec<String> {
    extern "C" fn visit(info: *mut libc::dl_phdr_info, _bytes: usize, data: *mut c_void) -> c_int {
        let path = unsafe { CStr::from_ptr((*info).dlpi_name) }.to_string_lossy().into_owned();
        if path.starts_with('/') {
            unsafe { &mut *data.cast::<Vec<String>>() }.push(path);
        }
        0
    }
    let mut paths = Vec::new();
    unsafe { libc::dl_iterate_phdr(Some(visit), (&raw mut paths).cast()) };
    paths
}

#[unsafe(no_mangle)]
extern "C" fn peer_start(_file: *const c_char) {
    let domain = Domain::native(AddressSpaceId::PROCESS).with_tls(DefaultTlsResolver::new()).unwrap();
    let mut context = LinkContext::new(domain.clone());
    let hosts: Vec<_> = system_paths().into_iter().filter_map(|path| {
        let name = path.rsplit('/').next().unwrap().to_owned();
        let module = unsafe { host::open(&domain, Path::new(path.as_bytes()), name.as_str()) }.ok()?;
        Some((name, ModuleHandle::from(module)))
    }).collect();
    context.insert_batch(hosts.iter().map(|(name, module)| GraphModule::new(name.clone(), module.clone())).collect::<Vec<_>>()).unwrap();
    let hosts = hosts.into_iter().map(|(_, module)| module).collect();
    let resolver = || SearchPathResolver::with_config(SearchConfig::new().cache(LdCache::load_system().unwrap()));
    let linker = Linker::new().with_loader(Loader::new()).with_resolver(resolver());
    let from_memory = Linker::new().with_loader(Loader::new()).with_resolver(resolver());
    let open = move |context: &mut Context, path: PathBuf| linker.run().load(context, path);
    let open_memory = move |context: &mut Context, bytes: &[u8]| {
        let raw = Loader::new().run(context.domain().clone()).load_dylib(ElfBinary::new("memory", bytes))?;
        from_memory.run().load_mapped(context, "memory".into(), raw.into())
    };
    unsafe { RELINK = Some(Relink { context, hosts, groups: groups(), open: Box::new(open), open_memory: Box::new(open_memory) }) };
}

/// The groups of sections that 0.18.0 means to have, in its order. It defines them within debug_assert_eq!, so release builds have none.
fn groups() -> SectionGroups {
    let mut groups = SectionGroups::default();
    let (read, write, exec) = (ProtFlags::PROT_READ, ProtFlags::PROT_WRITE, ProtFlags::PROT_EXEC);
    for (order, prot) in [read, read | write, read | exec, read | write | exec].into_iter().enumerate() {
        groups.define(prot, prot, order, SectionLifetime::Core);
    }
    groups.define(read | write, read | write, usize::MAX, SectionLifetime::Init);
    groups
}

fn settled(result: Result<LoadResult>, is_global: bool) -> *mut c_void {
    let context = &mut relink().context;
    let loaded = result.and_then(|result| {
        if is_global {
            context.promote_global(result.root())?;
        }
        let root = result.root();
        let others = result.modules().iter().copied().filter(|&id| id != root);
        let modules = std::iter::once(root).chain(others).map(|id| context.module(id).map(|module| module as *const dyn Module)).collect::<Result<Vec<_>>>()?;
        Ok(Loaded { result: Some(result), modules, objects: Vec::new() })
    });
    match loaded {
        Ok(loaded) => Box::into_raw(Box::new(loaded)).cast(),
        Err(error) => {
            *ERROR.lock().unwrap() = CString::new(format!("{error}")).ok();
            std::ptr::null_mut()
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn peer_open(path: *const c_char, is_global: bool) -> *mut c_void {
    let path = PathBuf::from(unsafe { CStr::from_ptr(path) }.to_str().unwrap());
    let Relink { context, open, .. } = relink();
    settled(open(context, path), is_global)
}

#[unsafe(no_mangle)]
extern "C" fn peer_open_memory(bytes: *mut c_void, size: usize) -> *mut c_void {
    let Relink { context, open_memory, .. } = relink();
    settled(open_memory(context, unsafe { std::slice::from_raw_parts(bytes.cast::<u8>(), size) }), false)
}

/// Objects are linked one by one: each may need those before it.
fn objects(paths: &[*const c_char]) -> Result<Loaded> {
    let Relink { context, hosts, groups, .. } = relink();
    let loader = Loader::new();
    let mut objects: Vec<ModuleHandle> = Vec::new();
    for path in paths {
        let path = unsafe { CStr::from_ptr(*path) }.to_str().unwrap();
        let raw = loader.run(context.domain().clone()).with_object_section_groups(groups.clone()).load_object(path)?;
        let scope = objects.iter().chain(hosts.iter()).cloned();
        let loaded: LoadedObject<(), NativeArch, _, DefaultTlsResolver> = Relocator::new().run(raw).with_modules(scope)?.relocate()?;
        objects.push(ModuleHandle::from(loaded));
    }
    let modules = objects.iter().rev().map(|module| &**module as *const dyn Module).collect();
    Ok(Loaded { result: None, modules, objects })
}

#[unsafe(no_mangle)]
extern "C" fn peer_open_objects(_library: *const c_char, paths: *const *const c_char, count: usize, _symbol: *const c_char) -> *mut c_void {
    match objects(unsafe { std::slice::from_raw_parts(paths, count) }) {
        Ok(loaded) => Box::into_raw(Box::new(loaded)).cast(),
        Err(error) => {
            *ERROR.lock().unwrap() = CString::new(format!("{error}")).ok();
            std::ptr::null_mut()
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn peer_symbol(module: *mut c_void, name: *const c_char, bytes: usize) -> *mut c_void {
    let loaded = unsafe { &*module.cast::<Loaded>() };
    let name = unsafe { std::slice::from_raw_parts(name.cast::<u8>(), bytes) };
    loaded.modules.iter().find_map(|&module| unsafe { (*module).get::<()>(name) }.ok().flatten()).map_or(std::ptr::null_mut(), |symbol| symbol.into_raw().cast_mut().cast())
}

#[unsafe(no_mangle)]
extern "C" fn peer_close(module: *mut c_void) {
    let loaded = unsafe { Box::from_raw(module.cast::<Loaded>()) };
    let Loaded { result, mut objects, .. } = *loaded;
    if let Some(result) = result {
        drop(result.release(&mut relink().context).unwrap());
    }
    while let Some(object) = objects.pop() {
        drop(object);
    }
}

#[unsafe(no_mangle)]
extern "C" fn peer_error() -> *const c_char {
    ERROR.lock().unwrap().as_ref().map_or(c"refused".as_ptr(), |text| text.as_ptr())
}
