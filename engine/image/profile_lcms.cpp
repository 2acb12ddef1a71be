// Converts colours by lcms2. Profiles come from files that are not trusted. Therefore lcms2 gets
// only limited memory, and the kind of a profile is checked before use. A profile that lcms2
// refuses gives a warning.
#include <lcms2.h>
#include <lcms2_plugin.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>

#include "image/profile.hpp"

namespace nst::codec {
namespace {

// The memory that one lcms2 context may still take. The context's user data points to it, so that
// `allocate` and `release` can find it.
struct Budget {
  std::uint64_t left;
  bool memory_ended = false;  // true: malloc failed, although the budget was large enough
};

// Bytes before each block, which store the block's size. 16 bytes keep the block aligned.
constexpr std::size_t kBlockHeader = 16;

void* allocate(cmsContext context, cmsUInt32Number size) {
  auto* budget = static_cast<Budget*>(cmsGetContextUserData(context));
  const std::size_t whole = std::size_t{size} + kBlockHeader;
  if (size == 0 || (budget != nullptr && whole > budget->left)) return nullptr;
  auto* block = static_cast<std::uint8_t*>(std::malloc(whole));
  if (block == nullptr) {
    if (budget != nullptr) budget->memory_ended = true;
    return nullptr;
  }
  if (budget != nullptr) budget->left -= whole;
  std::memcpy(block, &whole, sizeof whole);
  return block + kBlockHeader;
}

void release(cmsContext context, void* memory) {
  if (memory == nullptr) return;
  std::uint8_t* block = static_cast<std::uint8_t*>(memory) - kBlockHeader;
  std::size_t whole = 0;
  std::memcpy(&whole, block, sizeof whole);
  if (auto* budget = static_cast<Budget*>(cmsGetContextUserData(context))) budget->left += whole;
  std::free(block);
}

void* reallocate(cmsContext context, void* memory, cmsUInt32Number size) {
  void* larger = allocate(context, size);
  if (larger != nullptr && memory != nullptr) {
    std::size_t whole = 0;
    std::memcpy(&whole, static_cast<std::uint8_t*>(memory) - kBlockHeader, sizeof whole);
    std::memcpy(larger, memory, std::min<std::size_t>(whole - kBlockHeader, size));
    release(context, memory);
  }
  return larger;
}

// Locks for lcms2 that do nothing. They suffice because only one thread at a time makes or reads a
// context. lcms2's own locks need memory, and lcms2 crashes if there is none.
void* make_lock(cmsContext) {
  static char lock;
  return &lock;
}
void destroy_lock(cmsContext, void*) {}
cmsBool lock(cmsContext, void*) { return TRUE; }
void unlock(cmsContext, void*) {}

// Ignores lcms2's messages, because the result of each lcms2 call tells whether it failed.
void on_message(cmsContext, cmsUInt32Number, const char*) {}

// An lcms2 context that can allocate only a given number of bytes.
class Context {
 public:
  explicit Context(std::uint64_t memory) : budget_{memory} {
    cmsPluginMutex locks{};
    locks.base = {cmsPluginMagicNumber, 2060, cmsPluginMutexSig, nullptr};
    locks.CreateMutexPtr = make_lock;
    locks.DestroyMutexPtr = destroy_lock;
    locks.LockMutexPtr = lock;
    locks.UnlockMutexPtr = unlock;
    cmsPluginMemHandler handler{};
    handler.base = {cmsPluginMagicNumber, 2060, cmsPluginMemHandlerSig, &locks.base};
    handler.MallocPtr = allocate;
    handler.FreePtr = release;
    handler.ReallocPtr = reallocate;
    context_ = cmsCreateContext(&handler, &budget_);
    if (context_ != nullptr) cmsSetLogErrorHandlerTHR(context_, on_message);
  }
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;
  ~Context() {
    if (context_ != nullptr) cmsDeleteContext(context_);
  }
  cmsContext get() const { return context_; }
  // Throws bad_alloc if malloc has failed in this context. The results of lcms2's calls do not tell
  // a lack of memory from other failures.
  void check_memory() const {
    if (context_ == nullptr || budget_.memory_ended) throw std::bad_alloc();
  }

 private:
  Budget budget_;
  cmsContext context_ = nullptr;
};

struct CloseProfile {
  void operator()(void* profile) const { cmsCloseProfile(profile); }
};
using Profile = std::unique_ptr<void, CloseProfile>;

struct DeleteTransform {
  void operator()(void* transform) const { cmsDeleteTransform(transform); }
};
using Transform = std::unique_ptr<void, DeleteTransform>;

// Returns lcms2's code for a pixel format: `channels` colours, then `extra` channels that lcms2
// skips.
constexpr cmsUInt32Number format(int space, int channels, int extra, bool wide) {
  return static_cast<cmsUInt32Number>(COLORSPACE_SH(space) | CHANNELS_SH(channels) |
                                      EXTRA_SH(extra) | BYTES_SH(wide ? 2 : 1));
}

// Returns the profile that the code points of ITU-T H.273 describe. Returns null if the primaries
// or the transfer curve are unknown. The chromaticities are from H.273, table 2. The curve of sRGB
// is also used if the transfer curve is unstated, or is one of the curves of television. Pictures
// with these curves are made for sRGB screens, which show them unconverted.
Profile profile_of(cmsContext context, CodePoints points) {
  struct Primaries {
    unsigned code;
    cmsCIExyYTRIPLE colours;
  };
  static constexpr Primaries kPrimaries[] = {
      {1, {{0.64, 0.33, 1}, {0.30, 0.60, 1}, {0.15, 0.06, 1}}},
      {5, {{0.64, 0.33, 1}, {0.29, 0.60, 1}, {0.15, 0.06, 1}}},
      {6, {{0.63, 0.34, 1}, {0.31, 0.595, 1}, {0.155, 0.07, 1}}},
      {9, {{0.708, 0.292, 1}, {0.170, 0.797, 1}, {0.131, 0.046, 1}}},
      {12, {{0.680, 0.320, 1}, {0.265, 0.690, 1}, {0.150, 0.060, 1}}},
  };
  constexpr cmsCIExyY kD65 = {0.3127, 0.3290, 1};
  // The curve of sRGB (IEC 61966-2-1): ((x + 0.055) / 1.055)^2.4, and x / 12.92 below 0.04045.
  constexpr double kSrgb[] = {2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045};
  cmsToneCurve* curve = nullptr;
  switch (points.transfer) {
    case 4:
      curve = cmsBuildGamma(context, 2.2);
      break;
    case 5:
      curve = cmsBuildGamma(context, 2.8);
      break;
    case 8:
      curve = cmsBuildGamma(context, 1.0);
      break;
    case 1:
    case 2:
    case 6:
    case 13:
    case 14:
    case 15:
      curve = cmsBuildParametricToneCurve(context, 4, kSrgb);
      break;
    default:
      break;
  }
  if (curve == nullptr) return nullptr;
  cmsToneCurve* curves[] = {curve, curve, curve};
  Profile profile;
  for (const Primaries& known : kPrimaries) {
    if (known.code != points.primaries) continue;
    profile.reset(cmsCreateRGBProfileTHR(context, &kD65, &known.colours, curves));
  }
  cmsFreeToneCurve(curve);
  return profile;
}

// Returns true if the profile describes the colours of pictures. Device link profiles, for example,
// do not.
bool describes_pictures(cmsHPROFILE profile) {
  const auto kind = static_cast<cmsUInt32Number>(cmsGetDeviceClass(profile));
  return kind == cmsSigInputClass || kind == cmsSigDisplayClass || kind == cmsSigOutputClass ||
         kind == cmsSigColorSpaceClass;
}

// Returns the signature of a profile's colour space. The result is not lcms2's enum, because a
// damaged profile may have a signature that the enum does not contain.
cmsUInt32Number colour_space(cmsHPROFILE profile) {
  return static_cast<cmsUInt32Number>(cmsGetColorSpace(profile));
}

const char* name_of(cmsUInt32Number space) {
  switch (space) {
    case cmsSigGrayData:
      return "grey";
    case cmsSigRgbData:
      return "RGB";
    case cmsSigCmykData:
      return "CMYK";
    default:
      return "other";
  }
}

}  // namespace

struct SrgbConversion::Impl {
  explicit Impl(std::uint64_t memory) : context(memory) {}

  Context context;
  SampleLayout layout;
  std::uint32_t from_bytes = 3;  // size of a pixel before the conversion, in bytes
  Transform transform;

  // Makes the transform from `profile`, whose colour space is `space`. Returns false if lcms2
  // refuses the profile.
  bool make(cmsHPROFILE profile, cmsUInt32Number space, SampleLayout wanted) {
    const Profile srgb(cmsCreate_sRGBProfileTHR(context.get()));
    if (!srgb) return false;
    layout = wanted;
    const int alpha = layout.alpha ? 1 : 0;
    cmsUInt32Number from = format(PT_RGB, 3, alpha, layout.wide);
    if (space == cmsSigGrayData) from = format(PT_GRAY, 1, 2 + alpha, layout.wide);
    if (space == cmsSigCmykData) {
      from = format(PT_CMYK, 4, alpha, layout.wide);
      if (layout.inverted) from |= FLAVOR_SH(1);
    }
    from_bytes = T_BYTES(from) * (T_CHANNELS(from) + T_EXTRA(from));
    transform.reset(cmsCreateTransformTHR(context.get(), profile, from, srgb.get(),
                                          format(PT_RGB, 3, alpha, false), INTENT_PERCEPTUAL, 0));
    return transform != nullptr;
  }

  // Returns true if the conversion of RGB bytes changes no byte by more than 1. Tries all greys
  // and, for colour pictures, a grid of 16 values per channel.
  bool is_identity() const {
    std::vector<std::uint8_t> before;
    for (unsigned level = 0; level < 256; ++level) before.insert(before.end(), 3, level & 255);
    for (unsigned i = 0; layout.model == ColourModel::rgb && i < 4096; ++i) {
      for (const unsigned shift : {8u, 4u, 0u}) {
        before.push_back(static_cast<std::uint8_t>((i >> shift & 15) * 17));
      }
    }
    std::vector<std::uint8_t> after(before.size());
    cmsDoTransform(transform.get(), before.data(), after.data(),
                   static_cast<cmsUInt32Number>(before.size() / 3));
    return std::equal(before.begin(), before.end(), after.begin(),
                      [](int a, int b) { return std::abs(a - b) <= 1; });
  }
};

void SrgbConversion::convert(const void* from, std::uint8_t* to, std::size_t pixels) const {
  const SampleLayout& layout = impl_->layout;
  cmsDoTransform(impl_->transform.get(), from, to, static_cast<cmsUInt32Number>(pixels));
  if (!layout.alpha || from == to) return;
  // Writes the alpha of each pixel, its last channel, because lcms2 writes only the colours.
  const std::size_t sample = layout.wide ? 2 : 1;
  const auto* alpha = static_cast<const std::uint8_t*>(from) + impl_->from_bytes - sample;
  for (std::size_t i = 0; i < pixels; ++i, alpha += impl_->from_bytes) {
    std::uint16_t value = *alpha;
    if (layout.wide) std::memcpy(&value, alpha, sizeof value);
    to[4 * i + 3] = layout.wide ? scale_to_byte(value, 65535) : static_cast<std::uint8_t>(value);
  }
}

namespace {

// Returns true if a picture of this colour model (grey, RGB or CMYK) can have a profile of this
// colour space. A grey picture may have an RGB profile, because it has three equal channels.
bool fits(ColourModel model, cmsUInt32Number space) {
  if (model == ColourModel::cmyk) return space == cmsSigCmykData;
  return space == cmsSigRgbData || (model == ColourModel::grey && space == cmsSigGrayData);
}

// Returns the profile that a file describes. Warns and returns null if it cannot be used.
Profile open_profile(const Input& input, cmsContext context, const ColourDescription& described,
                     ColourModel model) {
  const auto refuse = [&](const std::string& why) {
    input.warn("its colour profile " + why + ", and is not used; colours may look wrong");
    return nullptr;
  };
  if (described.damaged) return refuse("is damaged");
  if (described.icc.size() > kMostProfileBytes) return refuse("has more than 16 MiB");
  Profile profile;
  if (!described.icc.empty()) {
    profile.reset(cmsOpenProfileFromMemTHR(context, described.icc.data(),
                                           static_cast<cmsUInt32Number>(described.icc.size())));
    if (!profile) return refuse("is damaged");
    if (!describes_pictures(profile.get())) return refuse("does not describe a picture's colours");
  } else {
    if (described.code_points->primaries == 2) return nullptr;
    profile = profile_of(context, *described.code_points);
    if (!profile) return refuse("is one of high dynamic range or of an unknown kind");
  }
  const cmsUInt32Number space = colour_space(profile.get());
  if (fits(model, space)) return profile;
  constexpr const char* kModels[] = {"grey", "RGB", "CMYK"};
  return refuse(std::string("is for ") + name_of(space) + " and the picture is " +
                kModels[static_cast<int>(model)]);
}

}  // namespace

SrgbConversion srgb_conversion(const Input& input, const ColourDescription& described,
                               SampleLayout layout) {
  const bool says_something = !described.icc.empty() || described.damaged || described.code_points;
  if (input.ignores_profile() || !says_something) return {};
  auto impl = std::make_shared<SrgbConversion::Impl>(
      std::clamp(input.memory_limit() / 4, kLeastProfileMemory, kMostProfileMemory));
  impl->context.check_memory();
  const Profile profile = open_profile(input, impl->context.get(), described, layout.model);
  impl->context.check_memory();
  if (!profile) return {};
  const cmsUInt32Number space = colour_space(profile.get());
  bool made = true;
  if (layout.model != ColourModel::cmyk) {
    made = impl->make(profile.get(), space, {.model = layout.model});
    impl->context.check_memory();
    if (made && impl->is_identity()) return {};
  }
  const bool is_made = layout.model != ColourModel::cmyk && !layout.wide && !layout.alpha;
  if (made && !is_made) made = impl->make(profile.get(), space, layout);
  impl->context.check_memory();
  if (!made) {
    input.warn(
        "its colour profile is damaged or needs too much memory, and is not used; colours may look "
        "wrong");
    return {};
  }
  return SrgbConversion(std::move(impl));
}

const std::vector<std::uint8_t>& srgb_profile() {
  static const std::vector<std::uint8_t> bytes = [] {
    const Context context(kMostProfileMemory);
    context.check_memory();
    const Profile profile(cmsCreate_sRGBProfileTHR(context.get()));
    std::vector<std::uint8_t> file;
    cmsUInt32Number size = 0;
    if (!profile || !cmsSaveProfileToMem(profile.get(), nullptr, &size)) throw std::bad_alloc();
    file.resize(size);
    if (!cmsSaveProfileToMem(profile.get(), file.data(), &size)) throw std::bad_alloc();
    // Replaces the profile's creation time (ICC.1, 7.2.8) by a fixed one, so that equal pictures
    // give equal files.
    constexpr std::uint8_t kTime[12] = {0x07, 0xea, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0};
    if (file.size() > 36) std::memcpy(file.data() + 24, kTime, sizeof kTime);
    return file;
  }();
  return bytes;
}

}  // namespace nst::codec
