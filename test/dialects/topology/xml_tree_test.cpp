#include "dialects/topology/xml_tree.hpp"

#include "test/dialects/refusal_of.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

std::string xml_refusal(const std::string& text) {
    return test::refusal_of(parse_xml(text, "t.xml"));
}

TEST(XmlTree, KeepsElementsAttributesTextAndLines) {
    const auto tree = parse_xml(
        "<?xml version=\"1.0\"?>\n<!DOCTYPE a SYSTEM \"a.dtd\">\n<!-- first -->\n"
        "<a x=\"1\"\n   y='&lt;2&gt;'>\n  <b/> some\n  <c z=\"\">\n text <![CDATA[ & more ]]>\n"
        "</c>\n  words <b n=\"2\"/></a>\n<!-- last -->\n",
        "t.xml");
    ASSERT_TRUE(tree) << to_string(tree.error());
    EXPECT_EQ(tree->name, "a");
    EXPECT_EQ(tree->line, 4);
    EXPECT_EQ(tree->text, "some\n  \n  words");
    ASSERT_EQ(tree->children.size(), 3U);
    EXPECT_EQ(*tree->attribute("y"), "<2>");
    EXPECT_EQ(tree->attribute("z"), nullptr);
    EXPECT_EQ(tree->child("b")->line, 6);
    EXPECT_EQ(tree->child("c")->text, "text  & more");
    EXPECT_EQ(*tree->child("c")->attribute("z"), "");
    EXPECT_EQ(tree->children[2].line, 10);
    EXPECT_EQ(tree->child("d"), nullptr);
}

TEST(XmlTree, KeepsUnknownEntitiesAsTheyStandAndFollowsNone) {
    const auto tree = parse_xml(
        "<!DOCTYPE a [<!ENTITY e SYSTEM \"file:///etc/hostname\"><!ENTITY f \"g\">]>"
        "<a b=\"&e;\">&f;&amp;</a>",
        "t.xml");
    ASSERT_TRUE(tree) << to_string(tree.error());
    EXPECT_EQ(*tree->attribute("b"), "&e;");
    EXPECT_EQ(tree->text, "&f;&");
}

TEST(XmlTree, ReadsWholeNumbersInDecimalAndHexadecimal) {
    const auto tree = parse_xml(
        "<a d=\"18\" h=\"0x10de\" m=\" -3 \" big=\"9223372036854775808\" f=\"1.5\" e=\"\" "
        "w=\"12 links\" s=\"0x-1\" p=\"0x\"/>",
        "t.xml");
    ASSERT_TRUE(tree);
    EXPECT_EQ(tree->integer("d"), 18);
    EXPECT_EQ(tree->integer("h"), 0x10de);
    EXPECT_EQ(tree->integer("m"), -3);
    for (const char* key : {"big", "f", "e", "w", "s", "p", "absent"})
        EXPECT_EQ(tree->integer(key), std::nullopt) << key;
}

TEST(XmlTree, RefusesWhatIsNotOneWellFormedDocumentAndNamesTheLine) {
    struct Case {
        std::string text, part;
    };
    for (const Case& c : std::vector<Case>{
             {"", "line 1: no element in it"},
             {"plain words", "line 1: no element in it"},
             {"<!-- only a comment -->", "no element in it"},
             {"<a>\n<b>\n</a>", "line 3: not well-formed XML"},
             {"<a", "not well-formed XML"},
             {"<a x=1/>", "not well-formed XML"},
             {"<a/>\n<b/>", "line 2: a second root element <b>"},
             {"<a/>\n\ntrailing", "text beside the root element"},
             {"leading <a/>", "text beside the root element"},
             {"<a>\n<b x=\"1\" y=\"\" x=\"2\"/></a>", "line 2: <b> has the attribute x twice"},
             {std::string("<a/>\0<b/>", 9), "line 1: a control character"},
             {"<a>\n\x01</a>", "line 2: a control character"},
             {"<a>\n&#1;</a>", "line 2: a reference to no character of XML"},
             {"<a x=\"&#x0;\"/>", "a reference to no character of XML"},
             {"<a x=\"&#xD800;\"/>", "a reference to no character of XML"},
             {"<a x=\"&#x100000041;\"/>", "a reference to no character of XML"},
             {"<a x=\"\xff\"/>", "bytes that are not UTF-8"},
             {"<a x=\"\xc0\xaf\"/>", "bytes that are not UTF-8"},
             {"<a x=\"\xed\xa0\x80\"/>", "bytes that are not UTF-8"},
             {"<a x=\"\xe2\x82", "bytes that are not UTF-8"},
         }) {
        EXPECT_NE(xml_refusal(c.text).find(c.part), std::string::npos) << c.text << " gave: " << xml_refusal(c.text);
        EXPECT_TRUE(xml_refusal(c.text).starts_with("t.xml: line ")) << xml_refusal(c.text);
    }
    EXPECT_EQ(xml_refusal("\xef\xbb\xbf<a x=\"&#65;&#x1F600;&#;&#x;&#9\xe2\x82\xac\xf0\x9f\x98\x80\"/>\n"), "accepted");
}

TEST(XmlTree, StopsAtItsLimits) {
    std::string deep, shut;
    for (std::size_t i = 0; i < kMaxXmlDepth; ++i) deep += "<a>", shut += "</a>";
    EXPECT_EQ(xml_refusal(deep + shut), "accepted");
    EXPECT_NE(xml_refusal("<a>" + deep + shut + "</a>").find("nested deeper than 64"), std::string::npos);
    std::string many;
    for (std::size_t i = 1; i < kMaxXmlElements; ++i) many += "<b/>";
    EXPECT_EQ(xml_refusal("<a>" + many + "</a>"), "accepted");
    EXPECT_NE(xml_refusal("<a>" + many + "<b/></a>").find("more than 200000 elements"), std::string::npos);
    std::string attributes;
    for (std::size_t i = 0; i < kMaxXmlAttributes; ++i) attributes += " x" + std::to_string(i) + "=\"\"";
    EXPECT_EQ(xml_refusal("<a" + attributes + "/>"), "accepted");
    EXPECT_NE(xml_refusal("<a y=\"\"" + attributes + "/>").find("<a> has more than 256 attributes"), std::string::npos);
    EXPECT_NE(xml_refusal("<a>" + std::string(16U << 20U, ' ') + "</a>").find("larger than"), std::string::npos);
}

}  // namespace
}  // namespace muster
